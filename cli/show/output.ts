import type { Colors } from 'picocolors/types.js';
import { escaped, shown } from '../../functions/core/problem.ts';
import { InputError } from '../input.ts';

type Printer<Printed> = (printed: Printed, colors: Colors) => string;

/** What a verb can print, by what `--output` takes. */
export type Printers<Printed, Output extends string = string> = Readonly<Record<Output, Printer<Printed>>>;

/** The printer that `--output` asks for. */
export function printerOf<Printed>(printers: Printers<Printed>, output: string): Printer<Printed> {
  const printer = Object.hasOwn(printers, output) ? printers[output] : undefined;
  if (printer === undefined)
    throw new InputError(`cannot print: --output: got ${shown(output)}, want one of ${Object.keys(printers).join(', ')}`);
  return printer;
}

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2).split('\n').map(escaped).join('\n')}\n`;
