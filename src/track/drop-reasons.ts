/**
 * Why Windows drops packets: PKTMON_DROP_REASON, as "Packet Monitor driver and API" of Microsoft's documentation lists it (pktmon, Windows
 * Server 2019 to 2025), and what each says of the way.
 */

/**
 * - `filter`: a rule of the host's own firewall, IPsec policy or virtual switch forbids it: an accusation.
 * - `no-listener`: it arrived, and nothing listens on that port.
 * - `other`: the host gave it up for another reason, which is told.
 * - `untold`: the host dropped it, and the capture does not say why.
 * - `ordinary`: what happens to packets of connections that are well; never told.
 */
export const DROP_CAUSES = ['filter', 'no-listener', 'other', 'untold', 'ordinary'] as const;
export type DropCause = (typeof DROP_CAUSES)[number];

/** Names in the order of their numbers, from `first` on. */
const GROUPS: readonly { first: number; prefix: string; names: string }[] = [
  {
    first: 0,
    prefix: '',
    names:
      'Unknown InvalidData InvalidPacket Resources NotReady Disconnected NotAccepted Busy Filtered FilteredVLAN UnauthorizedVLAN UnauthorizedMAC FailedSecurityPolicy FailedPvlanSetting Qos Ipsec MacSpoofing DhcpGuard RouterGuard BridgeReserved VirtualSubnetId RequiredExtensionMissing InvalidConfig MTUMismatch NativeFwdingReq InvalidVlanFormat InvalidDestMac InvalidSourceMac InvalidFirstNBTooSmall Wnv StormLimit InjectedIcmp FailedDestinationListUpdate NicDisabled FailedPacketFilter SwitchDataFlowDisabled FilteredIsolationUntagged InvalidPDQueue LowPower',
  },
  { first: 201, prefix: '', names: 'Pause Reset SendAborted ProtocolNotBound' },
  { first: 401, prefix: '', names: 'MicroportError VfNotReady MicroportNotReady VMBusError' },
  {
    first: 601,
    prefix: 'FL_',
    names:
      'LoopbackPacket InvalidSnapHeader InvalidEthernetType InvalidPacketLength HeaderNotContiguous InvalidDestinationType InterfaceNotReady ProviderNotReady InvalidLsoInfo InvalidUsoInfo InvalidMedium InvalidArpHeader NoClientInterface',
  },
  {
    first: 701,
    prefix: '',
    names:
      'ArpGuard ArpLimiter DhcpLimiter BlockBroadcast BlockNonIp ArpFilter Ipv4Guard Ipv6Guard MacGuard BroadcastNoDestinations UnicastNoDestination UnicastPortNotReady SwitchCallbackFailed Icmpv6Limiter Intercept InterceptBlock NDPGuard PortBlocked NicSuspended',
  },
  { first: 801, prefix: 'Http_', names: 'ReceiveSuppressed' },
  {
    first: 901,
    prefix: 'NL_',
    names:
      'BadSourceAddress NotLocallyDestined ProtocolUnreachable PortUnreachable BadLength MalformedHeader NoRoute BeyondScope InspectionDrop TooManyDecapsulations AdministrativelyProhibited BadChecksum ReceivePathMax HopLimitExceeded AddressUnreachable RscPacket ForwardPathMax ArbitrationUnhandled InspectionAbsorb DontFragmentMtuExceeded BufferLengthExceeded AddressResolutionTimeout AddressResolutionFailure IpsecFailure ExtensionHeadersFailure IpsnpiClientDrop UnsupportedOffload RoutingFailure AncillaryDataFailure RawDataFailure SessionStateFailure IpsnpiModifiedButNotForwarded IpsnpiNoNextHop IpsnpiNoCompartment IpsnpiNoInterface IpsnpiNoSubInterface IpsnpiInterfaceDisabled IpsnpiSegmentationFailed IpsnpiNoEthernetHeader IpsnpiUnexpectedFragment IpsnpiUnsupportedInterfaceType IpsnpiInvalidLsoInfo IpsnpiInvalidUsoInfo InternalError AdministrativelyConfigured BadOption LoopbackDisallowed SmallerScope QueueFull InterfaceDisabled IcmpGeneric IcmpTruncatedHeader IcmpInvalidChecksum IcmpInspection IcmpNeighborDiscoveryLoopback IcmpUnknownType IcmpTruncatedIpHeader IcmpOversizedIpHeader IcmpNoHandler IcmpRespondingToError IcmpInvalidSource IcmpInterfaceRateLimit IcmpPathRateLimit IcmpNoRoute IcmpMatchingRequestNotFound IcmpBufferTooSmall IcmpAncillaryDataQuery IcmpIncorrectHopLimit IcmpUnknownCode IcmpSourceNotLinkLocal IcmpTruncatedNdHeader IcmpInvalidNdOptSourceLinkAddr IcmpInvalidNdOptMtu IcmpInvalidNdOptPrefixInformation IcmpInvalidNdOptRouteInformation IcmpInvalidNdOptRdnss IcmpInvalidNdOptDnssl IcmpPacketParsingFailure IcmpDisallowed IcmpInvalidRouterAdvertisement IcmpSourceFromDifferentLink IcmpInvalidRedirectDestinationOrTarget IcmpInvalidNdTarget IcmpNaMulticastAndSolicited IcmpNdLinkLayerAddressIsLocal IcmpDuplicateEchoRequest IcmpNotAPotentialRouter IcmpInvalidMldQuery IcmpInvalidMldReport IcmpLocallySourcedMldReport IcmpNotLocallyDestined ArpInvalidSource ArpInvalidTarget ArpDlSourceIsLocal ArpNotLocallyDestined NlClientDiscard IpsnpiUroSegmentSizeExceedsMtu',
  },
  {
    first: 1200,
    prefix: 'INET_',
    names:
      'SourceUnspecified DestinationMulticast HeaderInvalid ChecksumInvalid EndpointNotFound ConnectedPath SessionState ReceiveInspection AckInvalid ExpectedSyn Rst SynRcvdSyn SimultaneousConnect PawsFailed LandAttack MissedReset OutsideWindow DuplicateSegment ClosedWindow TcbRemoved FinWait2 ReassemblyConflict FinReceived ListenerInvalidFlags TcbNotInTcbTable TimeWaitTcbReceivedRstOutsideWindow TimeWaitTcbSynAndOtherFlags TimeWaitTcb SynAckWithFastopenCookieRequest PauseAccept SynAttack AcceptInspection AcceptRedirection',
  },
  {
    first: 1301,
    prefix: 'SlbMux_',
    names:
      'ParsingFailure FirstFragmentMiss ICMPErrorPayloadValidationFailure ICMPErrorPacketMatchNoSession ExternalHairpinNexthopLookupFailure NoMatchingStaticMapping NexthopReferenceFailure CloningFailure TranslationFailure HopLimitExceeded PacketBiggerThanMTU UnexpectedRouteLookupFailure NoRoute SessionCreationFailure NexthopNotOverExternalInterface NexthopExternalInterfaceMissNATInstance NATItselfCantBeInternalNexthop PacketRoutableInItsArrivalCompartment PacketTransportProtocolNotSupported PacketIsDestinedLocally PacketDestinationIPandPortNotSubjectToNAT MuxReject DipLookupFailure MuxEncapsulationFailure InvalidDiagPacketEncapType DiagPacketIsRedirect UnableToHandleRedirect',
  },
  {
    first: 1401,
    prefix: 'Ipsec_',
    names:
      'BadSpi SALifetimeExpired WrongSA ReplayCheckFailed InvalidPacket IntegrityCheckFailed ClearTextDrop AuthFirewallDrop ThrottleDrop Dosp_Block Dosp_ReceivedMulticast Dosp_InvalidPacket Dosp_StateLookupFailed Dosp_MaxEntries Dosp_KeymodNotAllowed Dosp_MaxPerIpRateLimitQueues NoMemory Unsuccessful',
  },
  {
    first: 1501,
    prefix: 'NetCx_',
    names:
      'NetPacketLayoutParseFailure SoftwareChecksumFailure NicQueueStop InvalidNetBufferLength LSOFailure USOFailure BufferBounceFailureAndPacketIgnore',
  },
];

/** Reasons that are more than their name: what they say of the way, and in plain words, after "because". */
const MEANINGS: Readonly<Record<string, readonly [DropCause, string]>> = {
  Filtered: ['filter', 'a filter of the virtual switch forbids them'],
  FailedSecurityPolicy: ['filter', 'a security policy of the virtual switch forbids them'],
  Ipsec: ['filter', 'an IPsec policy forbids them'],
  FilteredVLAN: ['filter', 'the port of the virtual switch does not let this VLAN through'],
  UnauthorizedVLAN: ['filter', 'the port of the virtual switch does not let this VLAN through'],
  FailedPvlanSetting: ['filter', 'the private VLAN of the port does not let them through'],
  InterceptBlock: ['filter', 'a rule of the virtual switch blocks them'],
  PortBlocked: ['filter', 'the port of the virtual switch is blocked'],
  NL_InspectionDrop: ['filter', 'a filter at the network layer refuses them, as a firewall rule does'],
  NL_AdministrativelyProhibited: ['filter', 'they are administratively prohibited'],
  NL_AdministrativelyConfigured: ['filter', 'the administrator configured it so'],
  NL_IcmpInspection: ['filter', 'a filter of ICMP refuses them, as a firewall rule does'],
  INET_ReceiveInspection: ['filter', 'a filter on receive refuses them, as an inbound firewall rule does'],
  INET_AcceptInspection: ['filter', 'a filter on accept refuses them, as an inbound firewall rule does'],
  Ipsec_ClearTextDrop: ['filter', 'the IPsec policy asks for protection, and they have none'],
  Ipsec_AuthFirewallDrop: ['filter', 'a firewall rule asks for an authenticated connection, and this is none'],
  Ipsec_Dosp_Block: ['filter', 'the IPsec denial-of-service protection blocks them'],
  NL_InspectionAbsorb: ['other', 'a filter driver took them out, and may have put them back later'],
  INET_EndpointNotFound: ['no-listener', 'nothing listens on that port'],
  NL_PortUnreachable: ['no-listener', 'nothing listens on that port'],
  NL_NoRoute: ['other', 'there is no route'],
  NL_AddressResolutionTimeout: ['other', 'the address of the next hop could not be resolved'],
  NL_AddressResolutionFailure: ['other', 'the address of the next hop could not be resolved'],
  NL_BadChecksum: ['other', 'their checksum is wrong'],
  INET_ChecksumInvalid: ['other', 'their checksum is wrong'],
  INET_PauseAccept: ['other', 'the program accepts no connections at the moment'],
  INET_SynAttack: ['other', 'the protection against SYN floods is at work'],
  Resources: ['other', 'the system was short of memory'],
};

/** What packets meet that are not for this host or of a connection that has ended, and copies. */
const ORDINARY = new Set(
  'BridgeReserved StormLimit FailedPacketFilter InvalidDestMac ProtocolNotBound BroadcastNoDestinations UnicastNoDestination FL_LoopbackPacket FL_InvalidSnapHeader FL_InvalidEthernetType FL_InvalidDestinationType FL_NoClientInterface NL_NotLocallyDestined NL_LoopbackDisallowed NL_BeyondScope NL_SmallerScope INET_DestinationMulticast INET_ConnectedPath INET_SessionState INET_AckInvalid INET_Rst INET_SynRcvdSyn INET_SimultaneousConnect INET_PawsFailed INET_MissedReset INET_OutsideWindow INET_DuplicateSegment INET_ClosedWindow INET_TcbRemoved INET_FinWait2 INET_ReassemblyConflict INET_FinReceived INET_TcbNotInTcbTable INET_TimeWaitTcbReceivedRstOutsideWindow INET_TimeWaitTcbSynAndOtherFlags INET_TimeWaitTcb'.split(
    ' ',
  ),
);

export interface DropReason {
  /** As PKTMON_DROP_REASON has it, without "PktMonDrop_"; `Reason 5000` for a number that it does not have. */
  name: string;
  cause: DropCause;
  /** In plain words, after "because". */
  because: string;
}

const UNTOLD: DropReason = { name: 'untold', cause: 'untold', because: 'the capture does not tell why' };

const byNumber = new Map<number, DropReason>(
  GROUPS.flatMap(({ first, prefix, names }) =>
    names.split(' ').map((name, i) => [first + i, describe(`${prefix}${name}`)] as const),
  ),
);

function describe(name: string): DropReason {
  const known = Object.hasOwn(MEANINGS, name) ? MEANINGS[name] : undefined;
  if (known !== undefined) return { name, cause: known[0], because: known[1] };
  return { name, cause: ORDINARY.has(name) ? 'ordinary' : 'other', because: `the reason is "${wordsOf(name)}"` };
}

/** `NL_HopLimitExceeded`: `hop limit exceeded`. */
function wordsOf(name: string): string {
  return name
    .replace(/^[A-Za-z]+_/, '')
    .replaceAll('_', ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase();
}

/** What a number of PKTMON_DROP_REASON means; -1 for a capture that does not tell. */
export function dropReason(number: number): DropReason {
  if (number === -1) return UNTOLD;
  return (
    byNumber.get(number) ?? {
      name: `Reason ${number >>> 0}`,
      cause: 'other',
      because: `the reason has the number ${number >>> 0}`,
    }
  );
}
