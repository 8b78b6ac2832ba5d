import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { doctor, findingsOf } from '../cli/verbs/doctor/doctor.ts';
import type { Finding } from '../cli/verbs/doctor/finding.ts';
import { permissions } from '../cli/verbs/doctor/permissions.ts';
import { exampleFile } from '../examples/examples.ts';
import { group } from '../functions/core/group.ts';
import { at, type KubernetesObject, stringAt } from '../functions/core/kubernetes.ts';
import type { Platform } from '../functions/core/pipeline.ts';
import { offersOf } from '../functions/core/required.ts';
import { tenancy } from '../functions/core/tenancy.ts';
import { composedKinds, providersOf } from '../platform/composed.ts';
import { configurationName, developmentTag, functionName, packageReference, parseRegistry, repositoryOf } from '../platform/names.ts';
import { build } from './build.ts';
import { installManifests } from './install.ts';
import { type Project, project } from './project.ts';
import { command, optionsGiven, run } from './run.ts';

const deadlineSeconds = 300;
const pollSeconds = 2;

/** The platform owns what it applies, so that a later deploy removes the fields that are no longer in a manifest. */
const asDeployer = ({ name }: Platform) => ['--force-conflicts', '--field-manager', name];

interface Awaited {
  /** As kubectl takes it. */
  readonly resource: string;
  readonly conditions: readonly string[];
}

async function apply(platform: Platform, objects: readonly KubernetesObject[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const applied = await run('kubectl', ['apply', '--server-side', ...asDeployer(platform), '-f', '-'], { input: list });
  process.stdout.write(applied);
}

/** What an object still waits for, in its own words; undefined once it waits for nothing. */
export function waitingFor(object: KubernetesObject | undefined, { conditions }: Awaited): string | undefined {
  if (object === undefined) return 'not there yet';
  const found = at(object, 'status', 'conditions');
  const all: readonly unknown[] = Array.isArray(found) ? found : [];
  for (const type of conditions) {
    const condition = all.find((candidate) => at(candidate, 'type') === type);
    const seen = at(condition, 'observedGeneration');
    const isStale = typeof seen === 'number' && seen < (object.metadata?.generation ?? 0);
    if (isStale) return `not ${type} yet`;
    if (at(condition, 'status') === 'True') continue;
    const why = [stringAt(condition, 'reason'), stringAt(condition, 'message')];
    return [`not ${type} yet`, ...why.filter((part) => part !== undefined)].join(': ');
  }
  return undefined;
}

async function read(resource: string, ...flags: readonly string[]): Promise<KubernetesObject | undefined> {
  const output = await run('kubectl', ['get', resource, '--ignore-not-found', '-o', 'json', ...flags]);
  return output === '' ? undefined : (JSON.parse(output) as KubernetesObject);
}

async function readAll(resources: string, ...flags: readonly string[]): Promise<readonly KubernetesObject[]> {
  return (at(await read(resources, ...flags), 'items') ?? []) as readonly KubernetesObject[];
}

/** Of what there is, what an earlier deployment of the platform applied and this one does not. */
export function leftovers(
  found: readonly KubernetesObject[],
  applied: readonly KubernetesObject[],
  { name }: Platform,
): readonly KubernetesObject[] {
  const identity = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata?.name}`;
  const wanted = new Set(applied.map(identity));
  return found.filter((object) => {
    const managers = (at(object, 'metadata', 'managedFields') ?? []) as readonly unknown[];
    const isOurs = managers.some((entry) => at(entry, 'manager') === name && at(entry, 'operation') === 'Apply');
    return isOurs && !wanted.has(identity(object));
  });
}

/** An admission policy that no manifest has any more would go on refusing. */
async function removeLeftovers(platform: Platform, applied: readonly KubernetesObject[]): Promise<void> {
  const found = await readAll('validatingadmissionpolicies,validatingadmissionpolicybindings', '--show-managed-fields');
  for (const { kind, metadata } of leftovers(found, applied, platform)) {
    process.stdout.write(await run('kubectl', ['delete', kind.toLowerCase(), metadata?.name ?? '']));
  }
}

/** The packages of others that the Configuration brought, or found, whatever they are called here. */
export function dependenciesAmong(items: readonly KubernetesObject[], platform: Platform): readonly KubernetesObject[] {
  const wanted = [...providersOf(composedKinds(platform)), ...platform.steps].map((dependency) => dependency.package);
  return items.filter((item) => wanted.includes(repositoryOf(stringAt(item, 'spec', 'package') ?? '')));
}

/** Looks until nothing is wanting any more, and says what is whenever that changes. */
async function waitUntil(what: string, want: string, look: () => Promise<Pick<Finding, 'problem' | 'remedy'> | undefined>): Promise<void> {
  const deadline = performance.now() + deadlineSeconds * 1000;
  for (let last = ''; ; await sleep(pollSeconds * 1000)) {
    const found = await look();
    if (found === undefined) return console.log(`${what}: ${want}`);
    const { problem, remedy } = found;
    if (problem !== last) console.log(`${what}: ${problem}`);
    if (performance.now() > deadline) {
      throw new Error(`cannot deploy: ${what}: ${problem}, want ${want} within ${deadlineSeconds} seconds; next: ${remedy}`);
    }
    last = problem;
  }
}

async function waitUntilReady(awaited: Awaited): Promise<void> {
  const { resource, conditions } = awaited;
  await waitUntil(resource, conditions.join(' and '), async () => {
    const problem = waitingFor(await read(resource), awaited);
    return problem === undefined ? undefined : { problem, remedy: `kubectl describe ${resource}` };
  });
}

async function waitForPackage({ kind, metadata }: KubernetesObject): Promise<void> {
  await waitUntilReady({ resource: `${kind.toLowerCase()}.pkg.crossplane.io/${metadata?.name}`, conditions: ['Installed', 'Healthy'] });
}

/** What to do next where nobody can make claims yet; empty where somebody can. */
async function firstTeam(platform: Platform): Promise<string> {
  const [tenants] = offersOf(platform, tenancy);
  if (tenants === undefined || (await readAll(`${tenants.api.plural}.${group}`)).length > 0) return '';
  return `\nThere is no ${tenants.api.kind} yet. For a first one, make the example yours: kubectl apply -f examples/${exampleFile(tenants.api)}\n`;
}

interface Extras {
  readonly environments: boolean;
  /** A file with a first team, or more. */
  readonly team?: string | undefined;
}

async function deploy(project: Project, registry: string, { environments: withEnvironments, team }: Extras): Promise<number> {
  const cluster = await run('kubectl', ['config', 'current-context']);
  await run('crossplane', ['version', '--client']);
  console.log(`deploying to ${cluster.trim()}`);

  const { platform, version } = project;
  const built = await build(project, registry);
  const tag = developmentTag(version, built.contentHash);
  const packages = [
    { files: built.functions, reference: packageReference(registry, platform, functionName(platform), tag) },
    { files: [built.configuration], reference: packageReference(registry, platform, configurationName(platform), tag) },
  ];
  for (const { files, reference } of packages) {
    await run('crossplane', ['xpkg', 'push', '--package-files', files.join(','), reference]);
    console.log(`pushed ${reference}`);
  }

  const manifests = installManifests(project, registry, tag);
  const objects = Object.values(manifests).flat();
  await apply(platform, objects);
  await removeLeftovers(platform, objects);

  for (const object of manifests['packages.yaml']) await waitForPackage(object);
  const installed = await readAll('providers.pkg.crossplane.io,functions.pkg.crossplane.io');
  for (const object of dependenciesAmong(installed, platform)) await waitForPackage(object);
  for (const { plural } of platform.apis) {
    await waitUntilReady({
      resource: `compositeresourcedefinition.apiextensions.crossplane.io/${plural}.${group}`,
      conditions: ['Established'],
    });
  }
  // Crossplane's RBAC manager grants what a provider serves only some seconds after the provider is Healthy.
  await waitUntil('permissions of Crossplane', 'granted', async () => (await findingsOf(permissions, platform)).at(0));
  if (withEnvironments) {
    const environments = join(project.root, project.deployed ?? 'examples/environments');
    process.stdout.write(await run('kubectl', ['apply', '--server-side', ...asDeployer(platform), '-f', environments]));
  }
  if (team !== undefined) process.stdout.write(await run('kubectl', ['apply', '-f', team]));
  const code = await doctor({
    platform,
    output: 'table',
    stdout: process.stdout,
    stderr: process.stderr,
    color: process.stdout.isTTY === true,
  });
  if (code === 0 && team === undefined) process.stdout.write(await firstTeam(platform));
  return code;
}

/** `npm run deploy`: its arguments are the process's. */
export async function deployCommand(project: Project): Promise<void> {
  await command(async () => {
    const { registry, ...extras } = optionsGiven({
      registry: { type: 'string' },
      environments: { type: 'boolean', default: false },
      team: { type: 'string' },
    });
    return await deploy(project, parseRegistry(registry), extras);
  });
}

if (import.meta.main) await deployCommand(project);
