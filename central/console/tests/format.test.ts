import { describe, expect, test } from "vitest";

import { clock, day, exact, length, moment, number } from "../src/words/format";

const AT = "2026-11-22T17:30:05Z"; // half past midnight on the 23rd in the city

describe("times are the city's, whatever the machine's zone is", () => {
  test("clock and day", () => {
    expect(clock(AT, "vi")).toBe("00:30");
    expect(day(AT, "vi")).toBe("23/11/2026");
    expect(exact(AT, "en")).toBe("23/11/2026 00:30:05");
  });
  test("today's moment has no date, another day's has, another year's has the year", () => {
    expect(moment(AT, "vi", new Date("2026-11-23T05:00:00Z"))).toBe("00:30");
    expect(moment(AT, "vi", new Date("2026-11-24T05:00:00Z"))).toBe("23/11 00:30");
    expect(moment(AT, "vi", new Date("2027-01-24T05:00:00Z"))).toBe("23/11/2026 00:30");
  });
});

test("lengths are told in the largest sensible unit", () => {
  expect(length(42, "vi")).toBe("42 giây");
  expect(length(3 * 60 + 5, "en")).toBe("3 min");
  expect(length(2 * 3600 + 10 * 60, "vi")).toBe("2 giờ 10 phút");
  expect(length(30 * 3600, "vi")).toBe("1 ngày");
});

test("numbers are written as people write them", () => {
  expect(number(1234.56, "vi")).toBe("1.234,6");
  expect(number(1234.56, "en")).toBe("1,234.6");
});
