/** The addresses of the app as its router names them, read from the source: the router itself needs a browser to load. */
import { readFileSync } from "node:fs";
import ts from "typescript";

const ROUTER = new URL("../src/app/router.tsx", import.meta.url);

/** The full path of each route with something to show, such as `/customers/:id`. */
export function routes(): string[] {
  const source = ts.createSourceFile(
    "router.tsx",
    readFileSync(ROUTER, "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  let found: string[] | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === "ROUTES") {
      found = pathsOf(node.initializer, "");
    } else ts.forEachChild(node, visit);
  };
  visit(source);
  if (!found) throw new Error("router.tsx has no ROUTES");
  return found;
}

function pathsOf(list: ts.Node | undefined, above: string): string[] {
  if (!list || !ts.isArrayLiteralExpression(list)) throw unreadable(list);
  return list.elements.flatMap((route) => {
    if (!ts.isObjectLiteralExpression(route)) throw unreadable(route);
    const named = new Map<string, ts.Expression>();
    for (const property of route.properties) {
      if (!ts.isPropertyAssignment(property)) {
        // `Component,` says nothing of addresses; `...routes` might.
        if (ts.isShorthandPropertyAssignment(property)) continue;
        throw unreadable(property);
      }
      named.set(property.name.getText(), property.initializer);
    }
    const path = named.get("path");
    if (path && !ts.isStringLiteralLike(path)) throw unreadable(path);
    const full = path ? `${above}/${path.text}`.replace(/\/+/g, "/") : above;
    const children = named.get("children");
    if (children) return pathsOf(children, full);
    return path || named.has("index") ? [full || "/"] : [];
  });
}

function unreadable(node: ts.Node | undefined): Error {
  return new Error(
    `addresses cannot be read from ${node?.getText() ?? "nothing"}: write routes out in router.tsx`,
  );
}
