// A box of one fixed size, whatever it holds: XChaCha20-Poly1305 under H(R, S, P, context), where
// R = e G is the box's ephemeral, P the key that it is sealed to, and S = e P the point that opens it.
//
// The length stands in the first two bytes, zeros stand behind the record: boxes of one kind tell
// nothing by their length (attack N12). Three kinds are in use; the inner ones are smaller, because
// what is in them is sealed again with what stands beside it. Thread rule: any thread.
// Source: protocol document, 1.6.5.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/ids.h"
#include "core/crypto/group.h"

namespace core {

// What a box is for: network, election, attempt, list. A box opens in its own context alone.
using SealingContext = Digest256;

inline constexpr size_t kBoxOverheadBytes = 2 + 16;
inline constexpr size_t kSealedBytesMax = 1022;  // Of a record that is sealed for pairing.
inline constexpr size_t kBoxBytes = kSealedBytesMax + kBoxOverheadBytes;
inline constexpr size_t kBallotBytesMax = 512;  // Of answers, and of a voter's private part.
inline constexpr size_t kDealtBytes = 32;       // Of a share of a key.

template <size_t kBytes>
struct SealedBox {
  GroupElement ephemeral{};
  std::array<uint8_t, kBytes + kBoxOverheadBytes> box{};

  [[nodiscard]] std::vector<uint8_t> ToBytes() const {
    std::vector<uint8_t> bytes(ephemeral.begin(), ephemeral.end());
    bytes.insert(bytes.end(), box.begin(), box.end());
    return bytes;
  }

  // Nothing: not of a box's length.
  [[nodiscard]] static std::optional<SealedBox> FromBytes(std::span<const uint8_t> bytes) {
    SealedBox sealed;
    if (bytes.size() != sealed.ephemeral.size() + sealed.box.size()) return {};
    std::copy_n(bytes.begin(), sealed.ephemeral.size(), sealed.ephemeral.begin());
    std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(sealed.ephemeral.size()), bytes.end(),
              sealed.box.begin());
    return sealed;
  }

  friend bool operator==(const SealedBox&, const SealedBox&) = default;
};

using SealedRecord = SealedBox<kSealedBytesMax>;
using SealedBallot = SealedBox<kBallotBytesMax>;
using SealedShare = SealedBox<kDealtBytes>;

// What sealing and opening of one box share.
struct BoxTerms {
  const SealingContext* context;
  const GroupElement* ephemeral;
  const GroupElement* key;
  const GroupElement* shared;  // Secret.
};

// REQUIRES: record.size() + kBoxOverheadBytes <= box.size() <= kBoxBytes.
void SealBox(const BoxTerms& terms, std::span<const uint8_t> record, std::span<uint8_t> box);
// Nothing: the box was not made under these terms. REQUIRES: the size is that of a kind of box.
[[nodiscard]] std::optional<std::vector<uint8_t>> OpenBox(const BoxTerms& terms,
                                                          std::span<const uint8_t> box);

}  // namespace core
