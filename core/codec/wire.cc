#include "core/codec/wire.h"

#include <array>
#include <cstddef>
#include <utility>
#include <variant>

#include "core/base/check.h"
#include "core/codec/frame.h"
#include "core/codec/limits.h"
#include "core/codec/schema.h"

namespace core {
namespace {

template <typename T>
concept HasRecords = requires(T body) {
  body.records;
};

template <typename T>
concept HasInfos = requires(T body) {
  body.infos;
};

template <typename T>
concept HasMembers = requires(T body) {
  body.members;
};

// The last step of decoding: contacts become handles. Bodies without contacts have nothing to do.
template <typename T>
Flaw Resolve(Directory&, const ReadContext&, T&) {
  return nullptr;
}

Flaw Resolve(Directory& directory, const ReadContext& read, Provide& body) {
  body.record.peer = directory.Learn(read.contacts[0]);
  return body.record.peer == kNoPeer ? "record.owner: not taken by the directory" : nullptr;
}

Flaw Resolve(Directory& directory, const ReadContext& read, Nodes& body) {
  for (size_t i = 0; i < read.contact; ++i) {
    const PeerId peer = directory.Learn(read.contacts[i]);
    if (peer != kNoPeer) body.peers.push_back(peer);
  }
  return nullptr;
}

// Of items with an owner each: those whose owner the directory takes.
template <typename Item>
void ResolveOwners(Directory& directory, const ReadContext& read, std::vector<Item>& items) {
  size_t kept = 0;
  for (size_t i = 0; i < read.contact; ++i) {
    const PeerId peer = directory.Learn(read.contacts[i]);
    if (peer == kNoPeer) continue;
    items[i].peer = peer;
    if (kept != i) std::swap(items[kept], items[i]);
    ++kept;
  }
  items.resize(kept);
}

template <HasRecords T>
Flaw Resolve(Directory& directory, const ReadContext& read, T& body) {
  ResolveOwners(directory, read, body.records);
  return nullptr;
}

template <HasInfos T>
Flaw Resolve(Directory& directory, const ReadContext& read, T& body) {
  ResolveOwners(directory, read, body.infos);
  return nullptr;
}

template <HasMembers T>
Flaw Resolve(Directory& directory, const ReadContext& read, T& body) {
  ResolveOwners(directory, read, body.members);
  return nullptr;
}

Flaw Resolve(Directory& directory, const ReadContext& read, PoolSeed& body) {
  body.peer = directory.Learn(read.contacts[0]);
  return body.peer == kNoPeer ? "pool_seed.peer: not taken by the directory" : nullptr;
}

Flaw Resolve(Directory& directory, const ReadContext& read, PoolInform& body) {
  body.peer = directory.Learn(read.contacts[0]);
  return body.peer == kNoPeer ? "pool_inform.peer: not taken by the directory" : nullptr;
}

}  // namespace

Wire::Wire(const Key256& network, Directory& directory)
    : network_tag_(NetworkTag(network)), directory_(&directory) {
  read_.directory = &directory;
  write_.directory = &directory;
}

void Wire::Encode(const Message& message, std::vector<uint8_t>& frame) {
  write_.writer.Start(kFrameHeaderBytes);
  std::visit([this](const auto& body) { WriteFields(write_, body); }, message.body);
  const std::span<uint8_t> written = write_.writer.written();
  CHECK(written.size() <= limits::kControlFrameMax);
  WriteFrameHeader({.length = static_cast<uint32_t>(written.size()),
                    .type = kMessageTypes[message.body.index()].type,
                    .network = network_tag_,
                    .id = message.id,
                    .sent_ms = message.sent_ms,
                    .ttl_ms = message.ttl_ms,
                    .client = message.client},
                   written.first<kFrameHeaderBytes>());
  frame.assign(written.begin(), written.end());
}

// The body as a T; a list of records that has to make way leaves its memory to the next one.
template <typename T>
T& Wire::Recycle(Body& body) {
  if (T* same = std::get_if<T>(&body)) return *same;
  std::visit(
      [this](auto& old) {
        if constexpr (HasRecords<decltype(old)>) {
          if (old.records.capacity() > spare_records_.capacity()) spare_records_.swap(old.records);
        }
      },
      body);
  T& fresh = body.emplace<T>();
  if constexpr (HasRecords<T>) fresh.records.swap(spare_records_);
  return fresh;
}

template <size_t kIndex>
Flaw Wire::DecodeBody(std::span<const uint8_t> bytes, Body& body) {
  auto& out = Recycle<std::variant_alternative_t<kIndex, BodyVariant>>(body);
  read_.contact = 0;
  const Flaw flaw = ReadFields(read_, bytes, out);
  return flaw != nullptr ? flaw : Resolve(*directory_, read_, out);
}

DecodeError Wire::Decode(std::span<const uint8_t> frame, Message& message) {
  FrameHeader header;
  if (const DecodeError error = ReadFrameHeader(frame, header); !error.ok()) return error;
  if (header.network != network_tag_) {
    return {DecodeError::kWrongNetwork, "header.network: another network"};
  }
  const size_t index = BodyIndexOf(header.type);
  if (index == kMessageTypeCount) return {DecodeError::kUnknownType, "header.type: unknown"};
  message.id = header.id;
  message.sent_ms = header.sent_ms;
  message.ttl_ms = header.ttl_ms;
  message.client = header.client;
  using Decoder = Flaw (Wire::*)(std::span<const uint8_t>, Body&);
  static constexpr auto kDecoders = []<size_t... kIndex>(std::index_sequence<kIndex...>) {
    return std::array<Decoder, sizeof...(kIndex)>{&Wire::DecodeBody<kIndex>...};
  }
  (std::make_index_sequence<kMessageTypeCount>());
  const Flaw flaw = (this->*kDecoders[index])(frame.subspan(kFrameHeaderBytes), message.body);
  if (flaw != nullptr) return {DecodeError::kMalformed, flaw};
  return {};
}

}  // namespace core
