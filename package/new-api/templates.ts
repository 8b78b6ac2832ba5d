import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { at } from '../../functions/core/kubernetes.ts';

/** What an API is called in the places that name it. */
export interface Names {
  /** `AppTopic` */
  readonly kind: string;
  /** `apptopics` */
  readonly plural: string;
  /** `topic`: what names made for a claim end with, and the type of its binding. */
  readonly suffix: string;
  /** `app-topic` */
  readonly folder: string;
  /** `appTopic` */
  readonly variable: string;
  /** `TopicSettings` */
  readonly settings: string;
}

/** A kind of provider-aws, as far as its CustomResourceDefinition tells. */
export interface AwsKind {
  /** `dynamodb`: the API group, and the name of the backend. */
  readonly service: string;
  /** `Table` */
  readonly kind: string;
  /** `tables` */
  readonly plural: string;
  /** `dynamodbTable`: its card. */
  readonly variable: string;
  readonly tagged: boolean;
  readonly regional: boolean;
  /** What was read, for a person; undefined where no definition was at hand. */
  readonly definition: string | undefined;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const templates = 'package/new-api/template';

const dashed = (words: string) => words.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

export const cardFileOf = ({ service, kind }: Pick<AwsKind, 'service' | 'kind'>): string => `${service}-${dashed(kind)}.ts`;

/** A kind of provider-aws; what no definition in the folder says is as most kinds have it. */
export function awsKindOf(service: string, kind: string, plural: string, crds: string | undefined): AwsKind {
  const group = `${service}.aws.m.upbound.io`;
  const [definition] = (crds === undefined ? [] : globSync('*.{yaml,yml}', { cwd: crds }))
    .flatMap((file) => parseAllDocuments(readFileSync(join(crds ?? '', file), 'utf8')).map((document): unknown => document.toJS()))
    .filter((object) => at(object, 'spec', 'group') === group && at(object, 'spec', 'names', 'kind') === kind);
  const base = { service, kind, variable: `${service}${kind}` };
  if (definition === undefined) return { ...base, plural, tagged: true, regional: true, definition: undefined };
  const versions = at(definition, 'spec', 'versions') as readonly unknown[];
  const schema = at(
    versions.find((version) => at(version, 'name') === 'v1beta1'),
    'schema',
    'openAPIV3Schema',
  );
  const forProvider = at(schema, 'properties', 'spec', 'properties', 'forProvider');
  const has = (field: string) => at(forProvider, 'properties', field) !== undefined;
  const wanted = [at(forProvider, 'required') ?? []].flat().map(String);
  return {
    ...base,
    plural: String(at(definition, 'spec', 'names', 'plural')),
    tagged: has('tags'),
    regional: has('region'),
    definition: `Its CustomResourceDefinition requires of spec.forProvider: ${wanted.sort().join(', ') || 'nothing'}.`,
  };
}

/** What a kind lacks that most have, in the words of the template and in those of the card. */
const lacks = (aws: AwsKind): readonly (readonly [RegExp, string])[] => [
  ...(aws.tagged
    ? []
    : ([
        [/\btags,\n {2}outliving/, 'tags: untagged,\n  outliving'],
        [/awsKind, tags/, 'awsKind, untagged'],
        [/region, tags, resource/, 'region, resource'],
        [/\{ tags \}/, '{}'],
      ] as const)),
  ...(aws.regional
    ? []
    : ([
        [/defineKind, undecided/, 'defineKind, none, undecided'],
        [/\n {2}outliving,/, "\n  region: none('provider-aws has no field for it'),\n  outliving,"],
      ] as const)),
];

/** The files of a new API, by path from the root: those of the template with its names in place, and imports from where they are. */
export function templateFiles(names: Names, aws: AwsKind | undefined): ReadonlyMap<string, string> {
  const folder = join(templates, aws === undefined ? 'container' : 'aws');
  const words: Readonly<Record<string, string>> = {
    AppTemplate: names.kind,
    apptemplates: names.plural,
    template: names.suffix,
    appTemplate: names.variable,
    TemplateSettings: names.settings,
    ...(aws !== undefined && {
      templateservice: aws.service,
      TemplateKind: aws.kind,
      templatekinds: aws.plural,
      templateCard: aws.variable,
    }),
  };
  const placeOf = (path: string) => {
    const inside = relative(folder, path);
    if (inside.startsWith('..')) return path;
    if (aws !== undefined && inside === 'card.ts') return join('functions/kinds/aws', cardFileOf(aws));
    const named = inside.replace('managed', aws?.service ?? '').replace('app-template', names.folder);
    return join('functions/apis', names.folder, named);
  };
  const filled = (path: string): [string, string] => {
    const place = placeOf(path);
    const moved = (module: string) => {
      const to = relative(dirname(place), placeOf(join(dirname(path), module)));
      return to.startsWith('.') ? to : `./${to}`;
    };
    const text = readFileSync(join(root, path), 'utf8')
      .replaceAll(new RegExp(`\\b(?:${Object.keys(words).join('|')})\\b`, 'g'), (word) => words[word] ?? word)
      .replaceAll(/(?<=from ')\.[^']+/g, moved);
    return [place, (aws === undefined ? [] : lacks(aws)).reduce((source, [pattern, is]) => source.replace(pattern, is), text)];
  };
  return new Map(
    globSync('**/*.ts', { cwd: join(root, folder) })
      .sort()
      .map((file) => filled(join(folder, file))),
  );
}
