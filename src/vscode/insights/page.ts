import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The page that everything is drawn into. No network, no script but ours. */
export function insightsPage(webview: vscode.Webview, dist: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const uri = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
  const csp = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}`;
  const title = escaped(vscode.l10n.t('Tidemark Insights'));
  return `<!DOCTYPE html>
<html lang="${escaped(vscode.env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${csp}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="${uri('insights.css')}">
</head>
<body>
<main>
<header>
<h1>${title}</h1>
<fieldset id="ranges"><legend class="for-reader">${escaped(vscode.l10n.t('Days that are shown'))}</legend></fieldset>
</header>
<p id="notice" class="notice" hidden></p>
<p id="status" class="for-reader" role="status"></p>
<div id="charts"></div>
</main>
<script nonce="${nonce}" src="${uri('insights.js')}"></script>
</body>
</html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
