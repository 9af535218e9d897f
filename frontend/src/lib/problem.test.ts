import { describe, expect, it } from "vitest";
import { asProblem, faultsByField, Problem } from "./problem";

const answer = (status: number, body: unknown) =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), { status });

describe("Problem.fromResponse", () => {
  it("keeps code and field faults of the server", async () => {
    const problem = await Problem.fromResponse(
      answer(422, {
        type: "about:blank",
        title: "Unprocessable Entity",
        code: "invalid_input",
        detail: "The request has faults; see errors.",
        errors: [
          { field: "name", reason: "is required" },
          { field: "variants[0].body", reason: "is too long" },
        ],
      }),
    );
    expect(problem).toMatchObject({ status: 422, code: "invalid_input" });
    expect(faultsByField(problem)).toEqual({ name: "is required", "variants.0.body": "is too long" });
  });

  it("says what is wrong rather than the status phrase when the type is about:blank", async () => {
    const problem = await Problem.fromResponse(
      answer(403, { type: "about:blank", title: "Forbidden", detail: "Your role does not allow this." }),
    );
    expect(problem.message).toBe("Your role does not allow this.");
    expect(problem.detail).toBeUndefined();
  });

  it("makes something presentable of a body that is no problem at all", async () => {
    for (const body of ["<html>Bad gateway</html>", "", "null", "[1]", { errors: "none", title: 7 }]) {
      const problem = await Problem.fromResponse(answer(502, body));
      expect(problem).toMatchObject({ status: 502, code: "http_502", errors: [] });
      expect(problem.message).toBe("The server could not answer");
    }
  });
});

describe("faultsByField", () => {
  it("joins several faults of one field, whatever the spelling of its path", () => {
    const problem = new Problem({
      status: 422,
      code: "invalid_input",
      title: "Refused",
      errors: [
        { field: "/variants/1/subject", reason: "is required" },
        { field: "variants[1].subject", reason: "must be text" },
      ],
    });
    expect(faultsByField(problem)).toEqual({ "variants.1.subject": "is required; must be text" });
  });

  it("finds none in other errors", () => {
    expect(faultsByField(new TypeError("x"))).toEqual({});
    expect(asProblem(new TypeError("secret internals")).message).not.toContain("secret");
  });
});
