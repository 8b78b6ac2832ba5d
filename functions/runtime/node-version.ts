/** As `engines` of package.json has it, which no bundle has beside it. */
export const oldestNode = '24.2';

/** Why a version of Node will not do, before something that it lacks fails in the middle of a call. */
export function nodeProblem(version: string): string | undefined {
  return version.localeCompare(oldestNode, 'en', { numeric: true }) < 0 ? `Node: got ${version}, want ${oldestNode} or newer` : undefined;
}
