import { stringify } from 'yaml';

/** A stream of YAML documents that parsers of YAML 1.1, such as kubectl's, read as they were meant. */
export function toYaml(...objects: readonly unknown[]): string {
  return objects.map((object) => stringify(object, { version: '1.1', aliasDuplicateObjects: false, lineWidth: 0 })).join('---\n');
}
