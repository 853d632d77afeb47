/** What the suite in the extension host tells the runner outside. */
export interface HostReport {
  passed: number;
  failed: number;
  pending: number;
  failures: { title: string; message: string; stack: string }[];
  complete: boolean;
}

/** Lines that begin with it are the suite's own, among all that VS Code prints. */
export const suitePrefix = '[suite] ';

/** A line by which the suite asks for a second window on the same server. */
export const secondWindowRequest = '[second window]';

/** The environment variable that names the socket at which the second window listens; absent where there is none. */
export const secondWindowVariable = 'TIDEMARK_SECOND_WINDOW';

/** The environment variable that carries the report's path into the extension host. */
export const hostReportVariable = 'TIDEMARK_HOST_REPORT';
