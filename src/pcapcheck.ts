#!/usr/bin/env node
import { main } from './cli/main.ts';
import { processTerminal } from './cli/terminal.ts';

// The only place that touches the process: commands return an exit code.
process.exitCode = await main(process.argv.slice(2), processTerminal());
