import { describe, expect, test } from 'vitest';
import { windowsPurpose } from '../../src/catalog/windows-names.ts';

describe('names that Windows itself asks for', () => {
  test.each([
    ['v10.events.data.microsoft.com', 'diagnostic data'],
    ['watson.events.data.microsoft.com', 'diagnostic data'],
    ['SETTINGS-WIN.data.microsoft.com.', 'settings'],
    ['tsfe.trafficshaping.dsp.mp.microsoft.com', 'Windows Update'],
    ['kv801.prod.do.dsp.mp.microsoft.com', 'Windows Update'],
    ['slscr.update.microsoft.com', 'Windows Update'],
    ['ctldl.windowsupdate.com', 'certificate lists'],
    ['validation-v2.sls.microsoft.com', 'activation and licences'],
    ['www.msftconnecttest.com', 'the test of the internet connection'],
  ])('%s: %s', (name, purpose) => expect(windowsPurpose(name)).toBe(purpose));

  test.each([
    'www.bing.com',
    'onedrive.live.com',
    'login.live.com.example.net',
    'evil-fs.microsoft.com',
    'windowsupdate.com.example',
  ])('%s is none of its own', (name) => expect(windowsPurpose(name)).toBeNull());
});
