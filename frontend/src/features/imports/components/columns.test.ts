import { describe, expect, it } from "vitest";
import { choicesFor, faultOf, mappingOf, matched, readAllTheSame } from "./columns";

describe("matched", () => {
  it("goes by names whatever their case and underscores, the best one first", () => {
    expect(matched("orders", ["Order_ID", "E-mail Address", "amount", "TOTAL", "note"])).toEqual([
      "orderId",
      "email",
      "",
      "total",
      "",
    ]);
  });

  it("takes a line of an order whole or not at all", () => {
    const columns = ["email", "sku", "name", "quantity", "price"];
    expect(matched("orders", columns)).toEqual(["email", "sku", "name", "quantity", "unitPrice"]);
    expect(matched("orders", ["email", "sku", "quantity", "total"])).toEqual([
      "email",
      "",
      "quantity",
      "total",
    ]);
  });

  it("knows attributes by their prefix", () => {
    expect(matched("customers", ["email", "attributes.shoe_size", "attribute_tier", "tier"])).toEqual([
      "email",
      "attributes.shoe_size",
      "attributes.tier",
      "",
    ]);
    expect(matched("activities", ["email", "attributes.x"])).toEqual(["email", ""]);
  });
});

describe("a choice of columns", () => {
  const columns = ["mail", "amount", "total"];

  it("sends nothing where the names say it all", () => {
    expect(mappingOf("orders", columns, ["email", "", "total"])).toBeUndefined();
  });

  it("sends every chosen column where they do not", () => {
    const choice = ["email", "total", ""];
    expect(mappingOf("orders", columns, choice)).toEqual({ email: "mail", total: "amount" });
    expect(readAllTheSame("orders", columns, choice)).toEqual([]);
  });

  it("tells which columns are read although they are to be left out", () => {
    expect(readAllTheSame("customers", ["email", "visits"], ["email", ""])).toEqual([[1, "visits"]]);
  });

  it("says why nothing could be imported so", () => {
    const of = (...choice: string[]) => faultOf("orders", columns, choice);
    expect(of("email", "", "total")).toBeUndefined();
    expect(of("", "", "total")).toBe("Say which column is E-mail.");
    expect(of("email", "total", "total")).toBe("Two columns are to be Total: choose one of them.");
    expect(of("email", "", "")).toBe("Say which column is the total, or which are the items.");
    expect(of("email", "sku", "total")).toBe(
      "Items also need Name of an item, Quantity, Unit price of an item.",
    );
    expect(faultOf("customers", ["x", "x", "email"], ["name", "", "email"])).toBe(
      "Two columns are called “x”: rename one in the file.",
    );
    expect(faultOf("activities", ["email"], ["email"])).toBe("Say which column is Type, which is When.");
  });
});

it("offers a column of customers as an attribute of its name", () => {
  expect(choicesFor("customers", "Shoe size (EU)").at(-1)).toEqual({
    value: "attributes.Shoe_size_EU",
    label: "Attribute Shoe_size_EU",
  });
  expect(choicesFor("customers", "????").at(-1)?.value).toBe("timeZone");
  expect(choicesFor("orders", "Shoe size").at(-1)?.value).toBe("unitPrice");
});
