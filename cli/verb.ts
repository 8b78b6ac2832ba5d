import type { ParseArgsOptionsConfig, parseArgs } from 'node:util';
import type { Platform, Step } from '../functions/core/pipeline.ts';
import type { Sink } from './show/progress.ts';

/** What the command line is of. */
export interface Home {
  readonly platform: Platform;
  /** The folder with `examples/environments/`, where environments are looked up by name. */
  readonly root: string;
  /** What the platform's added steps do, by name, where that is known as a function: a plan runs these too. */
  readonly steps?: Readonly<Record<string, Step>>;
}

/** What a verb reads and writes. */
export interface Terminal {
  readonly stdin: () => Promise<string>;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly color: boolean;
}

/** Each verb's help says what they mean to it. */
export type ExitCode = 0 | 1 | 2;

type Values<Options extends ParseArgsOptionsConfig> = ReturnType<typeof parseArgs<{ options: Options }>>['values'];

/** One of the things that `goldenpath` does. */
export interface Verb<Options extends ParseArgsOptionsConfig = ParseArgsOptionsConfig> {
  readonly name: string;
  /** How it is called, what it does and what its exit codes mean. */
  readonly help: string;
  /** Besides `--help`, which every verb has. */
  readonly options: Options;
  /** Whether it takes anything but options. */
  readonly operands: boolean;
  run(home: Home, terminal: Terminal, values: Values<Options>, operands: readonly string[]): Promise<ExitCode>;
}
