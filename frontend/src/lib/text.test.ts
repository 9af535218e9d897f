import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { getCatalogs } from "@lingui/cli/api";
import { getConfig } from "@lingui/conf";
import { type CompiledMessage, compileMessageOrThrow } from "@lingui/message-utils/compileMessage";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { FEATURES, LANGUAGES } from "./i18n";

const SRC = new URL("..", import.meta.url).pathname;

/** What people read, whatever component takes it. */
const READ =
  /^(label|title|alt|hint|note|fileHint|description|header|caption|heading|means|says|text|message|noun|reason|busyLabel|aria-label|aria-description)$/;
/** Components that make their children messages. */
const MESSAGES = /^(Trans|Plural|Select|SelectOrdinal|code|kbd|title|style)$/;
const MACROS = new Set(["t", "plural", "select", "selectOrdinal"]);
const WORD = /\p{L}{2,}/u;
/** Text that is the same in every language. */
const NAMES = /^(Mini CRM|Google|Gemini|Ctrl K|⌘K|[a-z]+@example\.com|https?:\/\/\S+|CSV|SMS|WhatsApp|ID)$/;

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.|^testing\/|\/generated\/|\.d\.ts$/.test(path))
  .sort();

describe("text that people read", () => {
  it("has a catalogue for each feature, in each language", () => {
    expect([...FEATURES].sort()).toEqual(readdirSync(join(SRC, "features")).sort());
    for (const feature of ["shell", "shared", ...FEATURES]) {
      expect(readdirSync(join(SRC, "locales", feature)).sort()).toEqual(
        Object.keys(LANGUAGES)
          .map((language) => `${language}.po`)
          .sort(),
      );
    }
  });

  it("is in the catalogues as it is in the code: npm run messages", async () => {
    for (const catalogue of await getCatalogs(getConfig({ cwd: join(SRC, "..") }))) {
      const collected = Object.keys((await catalogue.collect()) ?? {}).sort();
      for (const language of Object.keys(LANGUAGES)) {
        const kept = (await catalogue.read(language)) ?? {};
        expect(Object.keys(kept).sort(), `${catalogue.name} ${language}`).toEqual(collected);
        for (const [id, { message, translation }] of Object.entries(kept)) {
          if (translation) expect(values(translation), id).toEqual(values(message ?? ""));
        }
      }
    }
  });

  it("is always a message", () => {
    expect(files.flatMap((path) => faults(path, source(path)))).toEqual([]);
  });

  it("is made only once the language is known", () => {
    expect(files.flatMap((path) => tooEarly(path, source(path)))).toEqual([]);
  });

  it("is found where it is none", () => {
    const said = (code: string) => faults("x.tsx", parse("x.tsx", code)).map((fault) => fault.split(": ")[1]);
    expect(said("const a = () => <p>Hello</p>;")).toEqual(["Hello"]);
    expect(said('const a = () => <Field label="Name" className="grid gap-3" />;')).toEqual(["Name"]);
    expect(said("const a = () => <p>{n > 1 ? 'many' : <Trans>one</Trans>}</p>;")).toEqual(["many"]);
    expect(said('const a = { header: "Since", look: "quiet" };')).toEqual(["Since"]);
    expect(said('toast("Saved"); toast(t`Saved`);')).toEqual(["Saved"]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
    expect(said("const a = () => <Page title={`Orders ${1}`} />;")).toEqual(["Orders "]);
    expect(said("const a = () => <p><Trans>Hello {name}</Trans> – {count}</p>;")).toEqual([]);
    expect(values("<0>{a}</0> {n, plural, one {# thing} other {{b} things}}")).toEqual([
      "</0>",
      "<0>",
      "a",
      "b",
      "n",
    ]);
    expect(tooEarly("x.ts", parse("x.ts", "const A = t`Hello`; const b = () => t`Hello`;"))).toHaveLength(1);
  });
});

/** What a message puts in: a translation has the same. */
function values(message: string): string[] {
  const found = new Set<string>();
  const collect = (tokens: CompiledMessage): void => {
    for (const token of tokens) {
      if (typeof token === "string") {
        for (const tag of token.match(/<\/?\w+\/?>/g) ?? []) found.add(tag);
        continue;
      }
      const [name, , choices] = token;
      if (name !== "#") found.add(name);
      if (typeof choices !== "object" || choices === null) continue;
      for (const choice of Object.values(choices)) if (Array.isArray(choice)) collect(choice);
    }
  };
  collect(compileMessageOrThrow(message));
  return [...found].sort();
}

function source(path: string): ts.SourceFile {
  return parse(path, readFileSync(join(SRC, path), "utf8"));
}

function parse(path: string, code: string): ts.SourceFile {
  const kind = path.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  return ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true, kind);
}

function faults(path: string, file: ts.SourceFile): string[] {
  const found: string[] = [];
  const note = (node: ts.Node, text: string) => {
    if (!WORD.test(text) || NAMES.test(text.trim())) return;
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${path}:${line + 1}: ${text}`);
  };
  /** The strings that an expression comes to, without those that only decide. */
  const strings = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) note(node, node.text);
    else if (ts.isTemplateExpression(node)) {
      note(node, [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join(""));
    } else if (ts.isConditionalExpression(node)) {
      strings(node.whenTrue);
      strings(node.whenFalse);
    } else if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (kind === ts.SyntaxKind.AmpersandAmpersandToken) strings(node.right);
      else if (kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken) {
        strings(node.left);
        strings(node.right);
      } else if (kind === ts.SyntaxKind.PlusToken) {
        strings(node.left);
        strings(node.right);
      }
    } else if (ts.isParenthesizedExpression(node)) strings(node.expression);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxElement(node) && MESSAGES.test(node.openingElement.tagName.getText())) {
      ts.forEachChild(node.openingElement, visit);
      return;
    }
    if (ts.isJsxText(node)) note(node, node.text.trim());
    else if (ts.isJsxExpression(node) && node.expression && !ts.isJsxAttribute(node.parent)) {
      strings(node.expression);
    } else if (ts.isJsxAttribute(node) && READ.test(node.name.getText()) && node.initializer) {
      strings(
        ts.isJsxExpression(node.initializer) ? (node.initializer.expression ?? node) : node.initializer,
      );
    } else if (ts.isPropertyAssignment(node) && READ.test(node.name.getText().replace(/["']/g, ""))) {
      strings(node.initializer);
    } else if (ts.isCallExpression(node) && node.expression.getText() === "toast" && node.arguments[0]) {
      strings(node.arguments[0]);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function tooEarly(path: string, file: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) return;
    const macro =
      (ts.isTaggedTemplateExpression(node) && MACROS.has(node.tag.getText())) ||
      (ts.isCallExpression(node) && MACROS.has(node.expression.getText())) ||
      (ts.isJsxOpeningElement(node) && MESSAGES.test(node.tagName.getText()));
    if (macro) found.push(`${path}: ${node.getText()}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
