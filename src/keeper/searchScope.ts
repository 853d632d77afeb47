import { identifyProject } from '../capture/projectIdentity';
import type { SearchScope } from './client';

/** The key of the project that a search is limited to. A folder is looked at where it is: in this process. */
export function projectKeyOf({ folder, projectKey }: SearchScope): string | undefined {
  return projectKey ?? (folder === undefined ? undefined : identifyProject(folder).key);
}
