import { isBios } from '../stories/boot-story.ts';

/**
 * What the screen of the machine shows. BIOS: the messages of PXE 2.1 firmware as Microsoft's "Advanced troubleshooting for PXE boot issues"
 * lists them. UEFI: PxeBcLoadBootFile of EDK2 (NetworkPkg/UefiPxeBcDxe/PxeBcBoot.c) by the status that ended the boot, and what EDK2
 * 2022.11 was seen to show in each of these cases; firmware made from older source says E16 where no offer came at all.
 */
const MESSAGES = {
  'no-offer': {
    bios: 'PXE-E51 (no DHCP or proxyDHCP offers were received)',
    uefi: 'PXE-E18 (server response timeout), older ones PXE-E16 (no offer received)',
  },
  'proxy-only': {
    bios: 'PXE-E52 (proxyDHCP offers were received, no DHCP offers)',
    uefi: 'PXE-E16 (no valid offer received)',
  },
  'no-boot-server': { bios: 'PXE-E53 (no boot filename received)', uefi: 'PXE-E16 (no valid offer received)' },
  'no-proxy-answer': {
    bios: 'PXE-E55 (proxyDHCP service did not reply to request on port 4011)',
    uefi: 'PXE-E16 (no valid offer received)',
  },
  'no-boot-file': {
    bios: 'PXE-E53 (no boot filename received), PXE-E77 or PXE-E78 (no boot server)',
    uefi: 'PXE-E16 (no valid offer received), or PXE-E21 (remote boot cancelled) after a menu',
  },
  'tftp-timeout': { bios: 'PXE-E32 (TFTP open timeout)', uefi: 'PXE-E18 (server response timeout)' },
  'tftp-read': { bios: 'PXE-E35 (TFTP read timeout)', uefi: 'PXE-E18 (server response timeout)' },
  'tftp-not-found': {
    bios: 'PXE-T01 and PXE-E3B (TFTP error, file not found)',
    uefi: 'PXE-E23 (client received TFTP error)',
  },
  'tftp-error': {
    bios: "PXE-T with the error's code and the server's text, and PXE-E36 (error received from TFTP server)",
    uefi: 'PXE-E23 (client received TFTP error)',
  },
} as const;
export type ScreenMessage = keyof typeof MESSAGES;

/** The same for a transfer that may be no boot: its DHCP is not in the capture. */
export function onAnyScreen(message: ScreenMessage): string {
  const { bios, uefi } = MESSAGES[message];
  return `If this is firmware that boots, its screen shows ${bios}, or ${uefi} under UEFI.`;
}

/** A sentence with the firmware's own message. @param architecture option 93, null where it is not known */
export function onScreen(message: ScreenMessage, architecture: number | null): string {
  const { bios, uefi } = MESSAGES[message];
  switch (isBios(architecture)) {
    case true:
      return `The screen shows ${bios}.`;
    case false:
      return `The screen shows ${uefi}.`;
    default:
      return `The screen shows ${bios}, or ${uefi} under UEFI.`;
  }
}
