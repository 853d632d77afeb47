import { join, resolve } from 'node:path';

export const projectRoot = resolve(__dirname, '..', '..');

/** What test runs leave for people to look at: screenshots, reports, bundles. Not under version control. */
export const outFolder = join(projectRoot, 'out');

/** `<publisher>.<name>`, as VS Code names the extension and its storage folder. */
export const extensionId = 'tidemark.tidemark';

/** As VS Code names the status bar item in the page. */
export const statusItem = `${extensionId}.tidemark.status`;
