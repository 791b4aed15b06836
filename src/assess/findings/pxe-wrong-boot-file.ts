import { isBios } from '../../stories/boot-story.ts';
import { bootFinding, machineText } from '../boot-evidence.ts';
import { bootServers, lastWords } from '../boot-facts.ts';
import type { Kind } from '../kind.ts';
import { fileText } from '../tftp-evidence.ts';

/** Programs by their names' ends: network boot programs of BIOS, and UEFI applications. */
const BIOS_PROGRAM = /\.(com|n12|0|kpxe|pxe|kkpxe|lkrn)$/i;
const UEFI_PROGRAM = /\.efi$/i;

/** A BIOS program for a UEFI machine, or the reverse. */
export const pxeWrongBootFile: Kind = {
  meta: { id: 'pxe-wrong-boot-file', title: 'Boot file for another kind of firmware', severity: 'medium' },
  find(context) {
    return lastWords(context.stories.clients).flatMap(({ client, boot }) => {
      const bios = isBios(client.architecture);
      if (bios === null) return [];
      const [right, wrong] = bios ? [BIOS_PROGRAM, UEFI_PROGRAM] : [UEFI_PROGRAM, BIOS_PROGRAM];
      const named = bootServers(boot).flatMap(({ id, bootFiles, offers }) =>
        bootFiles.map((each) => ({ ...each, id, offers })),
      );
      const loaded = boot.transfers.map(({ file }) => file);
      // Another server, or a menu, may have named the right one too.
      if (named.some(({ file }) => right.test(file)) || loaded.some((file) => right.test(file))) return [];
      const found = named.find(({ file }) => wrong.test(file));
      if (found === undefined) return [];
      return bootFinding(
        {
          kind: pxeWrongBootFile.meta.id,
          severity: 'medium',
          certainty: 'likely',
          message: `${found.id} gives ${machineText(client)} the boot file ${fileText(found.file)}, a program for ${bios ? 'UEFI' : 'BIOS'}, while the machine says by option 93 (${client.architecture}) that it boots by ${bios ? 'BIOS' : 'UEFI'}: it loads the file and then hangs, or refuses it. The usual cause is a fixed DHCP option 67.`,
          remedy:
            'Remove DHCP options 66 and 67 and let the PXE server choose by architecture, through IP helpers; or set option 67 by vendor class for each architecture.',
          outcome: 'answered',
          server: context.peerOf(found.id),
          port: 67,
          attempts: 1,
          moments: found.offers,
        },
        client,
        context,
      );
    });
  },
};
