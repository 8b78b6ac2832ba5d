import type { Policy } from '../../core/pipeline.ts';
import { isText } from '../../kinds/fields.ts';
import { asking } from '../inspect.ts';

const required = ['owner', 'environment', 'claim', 'namespace'];

export const requiredTags: Policy = {
  id: 'required-tags',
  severity: 'deny',
  text: `AWS resources carry the tags ${required.slice(0, -1).join(', ')} and ${required.at(-1)}.`,
  why: 'In AWS, tags are the only way from a resource or a line of the bill back to the claim that made it, and to whom to ask.',
  fix: 'The platform tags what it makes itself. In a template, copy the tags of another resource of the same claim.',
  ...asking(({ tags }) =>
    'none' in tags ? tags : required.map((tag) => ({ path: `${tags.path}.${tag}`, want: 'a value', holds: isText })),
  ),
};
