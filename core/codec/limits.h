// Every size limit of the wire in one place. Decode refuses what exceeds them; docs/wire_format.md
// lists them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace core::limits {

inline constexpr size_t kControlFrameMax = size_t{1} << 20;  // Protocol document, 1.0.
inline constexpr size_t kNodesMax = 16;
inline constexpr size_t kRecordsMax = 256;
inline constexpr size_t kCapabilitiesMax = 16;
inline constexpr size_t kCapabilityBytesMax = 32;
inline constexpr size_t kTaskKindBytesMax = 32;
inline constexpr size_t kAddressesMax = 4;
inline constexpr size_t kAddressBytesMax = 64;
inline constexpr size_t kSpecificityMax = 255;
inline constexpr uint32_t kTtlMinMs = 10'000;
inline constexpr uint32_t kTtlMaxMs = 15 * 60'000;

inline constexpr size_t kMembersMax = 16;                        // Of one cluster.
inline constexpr size_t kBlockBytesMax = size_t{1} << 19;        // Contents of one block.
inline constexpr size_t kTransactionWritesMax = 32;              // Blocks of one transaction.
inline constexpr size_t kTransactionBytesMax = size_t{1} << 20;  // Contents of one transaction.
inline constexpr uint8_t kPriorityMax = 8;

inline constexpr uint8_t kRingMax = 16;            // Protocol document, 1.2.1.
inline constexpr uint8_t kRingNone = 0xff;         // Never on the wire.
inline constexpr size_t kRingInfosMax = 32;        // Of one message.
inline constexpr size_t kKeyedRevisionsMax = 256;  // Of one message.
inline constexpr uint8_t kRangeBitsMax = 40;       // Of a range that is asked about.
inline constexpr uint8_t kBucketBits = 6;          // A digest tells of 2^6 parts of a range.

inline constexpr size_t kSealedRecordBytesMax = 1280;  // What is sealed to an election or a pair.
inline constexpr size_t kSealedSecretBytesMax = 256;   // A pairing secret on its way.
inline constexpr size_t kSeedRecords = 2;              // Of each list of a seed.
inline constexpr size_t kAnswerBytesMax = 510;         // Of one vote, in the clear.
inline constexpr size_t kElectionKeysMax = 64;         // Key holders of one election.
inline constexpr size_t kPoolRecordsMax = 64;          // Of each list of a pool or a block.

}  // namespace core::limits
