import { describe, expect, it } from "vitest";
import { smsSize } from "./sms";

const a = (count: number) => "a".repeat(count);

describe("the size of an SMS", () => {
  it.each([
    ["nothing", "", "GSM-7", 0, 160],
    ["one that is just full", a(160), "GSM-7", 1, 0],
    ["one character more", a(161), "GSM-7", 2, 145],
    ["two full parts", a(306), "GSM-7", 2, 0],
    ["a third part", a(307), "GSM-7", 3, 152],
    ["the euro, which is two", `${a(158)}€`, "GSM-7", 1, 0],
    ["the euro, which is not split over two parts", `${a(152)}€${a(10)}`, "GSM-7", 2, 141],
    ["line breaks and umlauts", "Grüße\naus Köln", "GSM-7", 1, 146],
    ["one Hindi letter, which makes all of it wide", `${a(69)}न`, "UCS-2", 1, 0],
    ["a wide one that is too long", `${a(70)}न`, "UCS-2", 2, 63],
    ["an emoji, which is two", "🪔", "UCS-2", 1, 68],
    ["an emoji, which is not split over two parts", `${a(66)}🪔${a(10)}`, "UCS-2", 2, 55],
    ["a typographic quote, which nobody notices", "It’s", "UCS-2", 1, 66],
  ] as const)("of %s", (_, text, encoding, segments, left) => {
    expect(smsSize(text)).toEqual({ encoding, segments, left });
  });
});
