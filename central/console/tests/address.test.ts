import { expect, test } from "vitest";

import { parted } from "@/app/address";

test("an address is a path and a question", () => {
  expect(parted("#/map?alert=1&x=a?b")).toEqual(["/map", "alert=1&x=a?b"]);
  expect(parted("#/queue/17")).toEqual(["/queue/17", ""]);
  expect(parted("")).toEqual(["/", ""]);
});
