/**
 * How an SMS is cut and billed (3GPP TS 23.038 and 23.040): 160 septets while every character is in the GSM alphabet, else
 * 70 UTF-16 units; less in each part of a longer one, for the header that joins them.
 */

export type SmsSize = {
  encoding: "GSM-7" | "UCS-2";
  segments: number;
  /** Units that still fit without another segment. */
  left: number;
};

const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
/** Each of these is an escape and a character. */
const EXTENDED = new Set("\f^{}\\[~]|€");

const SIZES = { "GSM-7": { single: 160, part: 153 }, "UCS-2": { single: 70, part: 67 } };

export function smsSize(text: string): SmsSize {
  const characters = [...text];
  const encoding = characters.every((one) => BASIC.has(one) || EXTENDED.has(one)) ? "GSM-7" : "UCS-2";
  const unitsOf = (one: string) => (encoding === "UCS-2" ? one.length : EXTENDED.has(one) ? 2 : 1);
  const { single, part } = SIZES[encoding];
  const units = characters.reduce((sum, one) => sum + unitsOf(one), 0);
  if (units <= single) return { encoding, segments: units === 0 ? 0 : 1, left: single - units };

  // A character is never split, so a part may end a unit early.
  let segments = 1;
  let used = 0;
  for (const one of characters) {
    const size = unitsOf(one);
    if (used + size > part) {
      segments += 1;
      used = 0;
    }
    used += size;
  }
  return { encoding, segments, left: part - used };
}
