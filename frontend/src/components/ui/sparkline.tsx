const WIDTH = 64;
const HEIGHT = 20;

/** How a figure went, at a glance; what it says stands beside it in words. Nothing for less than two values. */
export function Sparkline({ values }: { values: readonly number[] }) {
  if (values.length < 2) return null;
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  const x = (index: number) => 1 + (index / (values.length - 1)) * (WIDTH - 2);
  // What does not change runs through the middle.
  const y = (value: number) =>
    range === 0 ? HEIGHT / 2 : HEIGHT - 2 - ((value - least) / range) * (HEIGHT - 4);
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  return (
    <svg aria-hidden width={WIDTH} height={HEIGHT} className="shrink-0">
      <polyline
        points={points}
        fill="none"
        strokeWidth={1.5}
        strokeLinejoin="round"
        className="stroke-accent"
      />
    </svg>
  );
}
