import ts from 'typescript';

/** Functions of VS Code that show their first argument to a person. */
const showing = new Set([
  ...['showInformationMessage', 'showWarningMessage', 'showErrorMessage', 'setStatusBarMessage'],
]);

/**
 * Strings that can't be translated: an `l10n.t` whose text is made at run time, so that no bundle has it; one with other
 * arguments than places; and a text that is shown without `l10n.t`.
 */
export function localisationFaults(sources: ReadonlyMap<string, string>): string[] {
  const faults: string[] = [];
  for (const [path, text] of sources) {
    if (!/l10n|show\w+Message|setStatusBarMessage/.test(text)) continue;
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, false);
    const where = (node: ts.Node) =>
      `${path}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`;
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
        const name = node.expression.name.text;
        const of = node.expression.expression.getText(file);
        if (name === 't' && /(^|\.)l10n$/.test(of)) faults.push(...callFaults(node, where(node)));
        const [first] = node.arguments;
        if (showing.has(name) && first && ts.isStringLiteralLike(first) && /\p{L}/u.test(first.text))
          faults.push(`${where(node)}: show this through l10n.t: ${first.text}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return faults;
}

function callFaults(call: ts.CallExpression, where: string): string[] {
  const [first, ...rest] = call.arguments;
  const message =
    first && ts.isObjectLiteralExpression(first)
      ? first.properties.find((p) => ts.isPropertyAssignment(p) && p.name.getText() === 'message')
      : first;
  const text = message && ts.isPropertyAssignment(message) ? message.initializer : message;
  if (!text || !ts.isStringLiteralLike(text))
    return [`${where}: the text of l10n.t must be a literal, or no bundle has it.`];
  // Only calls whose arguments can be counted.
  if (first !== text || rest.some((one) => ts.isSpreadElement(one) || ts.isObjectLiteralExpression(one)))
    return [];
  const places = new Set([...text.text.matchAll(/\{(\d+)\}/g)].map(([, place]) => Number(place)));
  if (places.size === rest.length && [...places].every((place) => place < rest.length)) return [];
  return [`${where}: l10n.t has ${rest.length} arguments for ${places.size} places: ${text.text}`];
}
