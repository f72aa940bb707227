// The kinds of fields that messages are made of: each knows how to reset, read and write one member
// of a struct, and which values it refuses. core/codec/schema.h lists the fields of every message
// with them, once for both directions, so that what we write is what we read.
//
// Rules: a required field that is absent is refused; a field that may occur once and occurs twice
// counts the last time, sub-messages too; unknown fields and known numbers with a foreign wire type
// are skipped. Reading touches the directory only to look up a node id; contacts are collected and
// learned by the caller after everything else has been accepted. Writing CHECKs the limits: a
// message that breaks them is our bug.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/string_list.h"
#include "core/codec/directory.h"
#include "core/codec/messages.h"
#include "core/codec/proto_reader.h"
#include "core/codec/proto_writer.h"

namespace core {

// What is wrong with the input, as a literal; nullptr: nothing.
using Flaw = const char*;

struct ReadContext {
  const Directory* directory = nullptr;
  std::vector<Contact> contacts;  // Grows to the longest list met, then is reused.
  size_t contact = 0;             // Where the next contact goes.
};

struct WriteContext {
  const Directory* directory = nullptr;
  ProtoWriter writer;
  Contact contact;
};

// The fields of a struct; core/codec/schema.h specialises it.
template <typename T>
inline constexpr auto kFields = std::tuple<>();

template <typename T>
Flaw ReadFields(ReadContext& context, std::span<const uint8_t> bytes, T& out);
template <typename T>
void WriteFields(WriteContext& context, const T& in);
template <typename T>
void ResetFields(T& out);

template <size_t kSize>
std::span<uint8_t> BytesOf(std::array<uint8_t, kSize>& value) {
  return value;
}

inline std::span<uint8_t> BytesOf(Key256& value) {
  return value.bytes;
}

inline std::span<uint8_t> BytesOf(TaskId& value) {
  return value.bytes;
}

inline std::span<uint8_t> BytesOf(TxId& value) {
  return value.bytes;
}

inline std::span<const uint8_t> BytesOf(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

inline std::string_view TextOf(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <uint32_t kNumber, WireType kType, bool kMust>
struct FieldBase {
  static constexpr uint32_t kTag = TagOf(kNumber, kType);
  static constexpr bool kRequired = kMust;
  static_assert(kTag < 128, "ProtoWriter writes one-byte tags");

  Flaw flaw;
};

template <uint32_t kNumber>
using LengthField = FieldBase<kNumber, WireType::kLength, false>;
template <uint32_t kNumber>
using RequiredLengthField = FieldBase<kNumber, WireType::kLength, true>;
template <uint32_t kNumber>
using VarintField = FieldBase<kNumber, WireType::kVarint, false>;

// Bytes of exactly the member's size, always present.
template <uint32_t kNumber, auto kMember>
struct FixedField : RequiredLengthField<kNumber> {
  template <typename T>
  void Reset(T&) const {}

  template <typename T>
  Flaw Read(ReadContext&, const ProtoReader& in, T& out) const {
    const std::span<uint8_t> target = BytesOf(out.*kMember);
    if (in.bytes().size() != target.size()) return this->flaw;
    std::memcpy(target.data(), in.bytes().data(), target.size());
    return nullptr;
  }

  template <typename T>
  void Write(WriteContext& context, const T& in) const {
    auto value = in.*kMember;
    context.writer.Bytes(this->kTag, BytesOf(value));
  }
};

// An unsigned integer or bool from kMin to kMax; kMin > 0 makes it required.
template <uint32_t kNumber, auto kMember, uint64_t kMin, uint64_t kMax>
struct NumberField : FieldBase<kNumber, WireType::kVarint, (kMin > 0)> {
  template <typename T>
  void Reset(T& out) const {
    out.*kMember = {};
  }

  template <typename T>
  Flaw Read(ReadContext&, const ProtoReader& in, T& out) const {
    if (in.number() < kMin || in.number() > kMax) return this->flaw;
    out.*kMember = static_cast<std::decay_t<decltype(out.*kMember)>>(in.number());
    return nullptr;
  }

  template <typename T>
  void Write(WriteContext& context, const T& in) const {
    const auto value = static_cast<uint64_t>(in.*kMember);
    CHECK(value >= kMin && value <= kMax);
    context.writer.Number(this->kTag, value);
  }
};

// A signed integer in zigzag form.
template <uint32_t kNumber, auto kMember>
struct SignedField : VarintField<kNumber> {
  template <typename T>
  void Reset(T& out) const {
    out.*kMember = 0;
  }

  template <typename T>
  Flaw Read(ReadContext&, const ProtoReader& in, T& out) const {
    out.*kMember = static_cast<int64_t>((in.number() >> 1) ^ (0 - (in.number() & 1)));
    return nullptr;
  }

  template <typename T>
  void Write(WriteContext& context, const T& in) const {
    const int64_t value = in.*kMember;
    context.writer.Number(this->kTag,
                          (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }
};

// One text of at most kBytesMax bytes; empty is the same as absent.
template <uint32_t kNumber, auto kMember, size_t kBytesMax>
struct TextField : LengthField<kNumber> {
  template <typename T>
  void Reset(T& out) const {
    (out.*kMember).clear();
  }

  template <typename T>
  Flaw Read(ReadContext&, const ProtoReader& in, T& out) const {
    if (in.bytes().size() > kBytesMax) return this->flaw;
    (out.*kMember).assign(TextOf(in.bytes()));
    return nullptr;
  }

  template <typename T>
  void Write(WriteContext& context, const T& in) const {
    const std::string_view text = in.*kMember;
    CHECK(text.size() <= kBytesMax);
    if (!text.empty()) context.writer.Bytes(this->kTag, BytesOf(text));
  }
};

// At most kBytesMax bytes; empty is the same as absent.
template <uint32_t kNumber, auto kMember, size_t kBytesMax>
struct BytesField : LengthField<kNumber> {
  template <typename T>
  void Reset(T& out) const {
    (out.*kMember).clear();
  }

  template <typename T>
  Flaw Read(ReadContext&, const ProtoReader& in, T& out) const {
    if (in.bytes().size() > kBytesMax) return this->flaw;
    (out.*kMember).assign(in.bytes().begin(), in.bytes().end());
    return nullptr;
  }

  template <typename T>
  void Write(WriteContext& context, const T& in) const {
    CHECK((in.*kMember).size() <= kBytesMax);
    if (!(in.*kMember).empty()) context.writer.Bytes(this->kTag, in.*kMember);
  }
};

// A list of at most kCapabilitiesMax texts of at most kCapabilityBytesMax bytes.
template <uint32_t kNumber, auto kMember>
struct TextsField : LengthField<kNumber> {
  template <typename T>
  void Reset(T& out) const {
    (out.*kMember).Clear();
  }

  template <typename T>
  Flaw Read(ReadContext&, const ProtoReader& in, T& out) const {
    if (in.bytes().size() > limits::kCapabilityBytesMax) return this->flaw;
    if ((out.*kMember).Count() == limits::kCapabilitiesMax) return this->flaw;
    (out.*kMember).Add(TextOf(in.bytes()));
    return nullptr;
  }

  template <typename T>
  void Write(WriteContext& context, const T& in) const {
    size_t count = 0;
    (in.*kMember).ForEach([&](std::string_view text) {
      CHECK(text.size() <= limits::kCapabilityBytesMax);
      CHECK(++count <= limits::kCapabilitiesMax);
      context.writer.Bytes(this->kTag, BytesOf(text));
    });
  }
};

template <uint32_t kNumber>
struct AddressesField : RequiredLengthField<kNumber> {
  void Reset(Contact& out) const { out.addresses.clear(); }

  Flaw Read(ReadContext&, const ProtoReader& in, Contact& out) const {
    const size_t size = in.bytes().size();
    if (size == 0 || size > limits::kAddressBytesMax || out.addresses.full()) return this->flaw;
    out.addresses.push_back(Address(TextOf(in.bytes())));
    return nullptr;
  }

  void Write(WriteContext& context, const Contact& in) const {
    CHECK(!in.addresses.empty());
    for (const Address& address : in.addresses) {
      CHECK(!address.view().empty());
      context.writer.Bytes(this->kTag, BytesOf(address.view()));
    }
  }
};

// A sub-message.
template <uint32_t kNumber, auto kMember, bool kMust, size_t kLengthBytes = 1>
struct SubField : FieldBase<kNumber, WireType::kLength, kMust> {
  template <typename T>
  void Reset(T& out) const {
    ResetFields(out.*kMember);
  }

  template <typename T>
  Flaw Read(ReadContext& context, const ProtoReader& in, T& out) const {
    return ReadFields(context, in.bytes(), out.*kMember);
  }

  template <typename T>
  void Write(WriteContext& context, const T& in) const {
    const ProtoWriter::Mark mark = context.writer.Open(this->kTag, kLengthBytes);
    WriteFields(context, in.*kMember);
    context.writer.Close(mark);
  }
};

// A sub-message that is written only when it is not empty(); one that comes empty is refused.
template <uint32_t kNumber, auto kMember, size_t kLengthBytes = 2>
struct OptionalField : LengthField<kNumber> {
  template <typename T>
  void Reset(T& out) const {
    if (!(out.*kMember).empty()) out.*kMember = {};
  }

  template <typename T>
  Flaw Read(ReadContext& context, const ProtoReader& in, T& out) const {
    const Flaw inner = ReadFields(context, in.bytes(), out.*kMember);
    return inner != nullptr || !(out.*kMember).empty() ? inner : this->flaw;
  }

  template <typename T>
  void Write(WriteContext& context, const T& in) const {
    if ((in.*kMember).empty()) return;
    const ProtoWriter::Mark mark = context.writer.Open(this->kTag, kLengthBytes);
    WriteFields(context, in.*kMember);
    context.writer.Close(mark);
  }
};

// Items of a list that are made room for at once.
inline constexpr size_t kUsualItems = 16;

// A list of sub-messages.
template <uint32_t kNumber, auto kMember, size_t kCountMax>
struct ListField : LengthField<kNumber> {
  template <typename T>
  void Reset(T& out) const {
    (out.*kMember).clear();
  }

  template <typename T>
  Flaw Read(ReadContext& context, const ProtoReader& in, T& out) const {
    auto& list = out.*kMember;
    if (list.size() == kCountMax) return this->flaw;
    if (list.capacity() == 0) list.reserve(std::min(kCountMax, kUsualItems));
    return ReadFields(context, in.bytes(), list.emplace_back());
  }

  template <typename T>
  void Write(WriteContext& context, const T& in) const {
    CHECK((in.*kMember).size() <= kCountMax);
    for (const auto& item : in.*kMember) {
      const ProtoWriter::Mark mark = context.writer.Open(this->kTag, 1);
      WriteFields(context, item);
      context.writer.Close(mark);
    }
  }
};

inline Flaw ReadContact(ReadContext& context, std::span<const uint8_t> bytes) {
  if (context.contact == context.contacts.size()) context.contacts.emplace_back();
  return ReadFields(context, bytes, context.contacts[context.contact]);
}

inline void WriteContact(WriteContext& context, uint32_t tag, PeerId peer) {
  Contact& contact = context.contact;
  contact.node_id = context.directory->NodeIdOf(peer);
  contact.public_key = context.directory->PublicKeyOf(peer);
  contact.addresses.clear();
  context.directory->AppendAddresses(peer, contact.addresses);
  const ProtoWriter::Mark mark = context.writer.Open(tag, 1);
  WriteFields(context, contact);
  context.writer.Close(mark);
}

// One peer as a contact; stays kNoPeer until the caller has learned the contact.
template <uint32_t kNumber, auto kMember>
struct ContactField : RequiredLengthField<kNumber> {
  template <typename T>
  void Reset(T& out) const {
    out.*kMember = kNoPeer;
  }

  template <typename T>
  Flaw Read(ReadContext& context, const ProtoReader& in, T&) const {
    return ReadContact(context, in.bytes());
  }

  template <typename T>
  void Write(WriteContext& context, const T& in) const {
    WriteContact(context, this->kTag, in.*kMember);
  }
};

// A list of peers as contacts; stays empty until the caller has learned them.
template <uint32_t kNumber>
struct ContactsField : LengthField<kNumber> {
  void Reset(Nodes& out) const { out.peers.clear(); }

  Flaw Read(ReadContext& context, const ProtoReader& in, Nodes&) const {
    if (context.contact == limits::kNodesMax) return this->flaw;
    const Flaw inner = ReadContact(context, in.bytes());
    ++context.contact;
    return inner;
  }

  void Write(WriteContext& context, const Nodes& in) const {
    for (const PeerId peer : in.peers) WriteContact(context, this->kTag, peer);
  }
};

// A peer whose contact the receiver has, as its node id; one that it has not is refused.
template <uint32_t kNumber, auto kMember>
struct KnownPeerField : RequiredLengthField<kNumber> {
  template <typename T>
  void Reset(T& out) const {
    out.*kMember = kNoPeer;
  }

  template <typename T>
  Flaw Read(ReadContext& context, const ProtoReader& in, T& out) const {
    NodeId node_id;
    if (in.bytes().size() != node_id.bytes.size()) return this->flaw;
    std::memcpy(node_id.bytes.data(), in.bytes().data(), node_id.bytes.size());
    out.*kMember = context.directory->FindByNodeId(node_id);
    return out.*kMember == kNoPeer ? this->flaw : nullptr;
  }

  template <typename T>
  void Write(WriteContext& context, const T& in) const {
    context.writer.Bytes(this->kTag, context.directory->NodeIdOf(in.*kMember).bytes);
  }
};

// A list of items with an owner each (records, ring infos); the owner of the i-th is the i-th contact
// of the context. Elements beyond the context's count are left over from the recycled message until
// the caller cuts them off.
template <uint32_t kNumber, auto kMember, size_t kCountMax>
struct OwnedListField : LengthField<kNumber> {
  template <typename T>
  void Reset(T&) const {}

  template <typename T>
  Flaw Read(ReadContext& context, const ProtoReader& in, T& out) const {
    if (context.contact == kCountMax) return this->flaw;
    auto& items = out.*kMember;
    if (context.contact == items.size()) items.emplace_back();
    const Flaw inner = ReadFields(context, in.bytes(), items[context.contact]);
    ++context.contact;
    return inner;
  }

  template <typename T>
  void Write(WriteContext& context, const T& in) const {
    CHECK((in.*kMember).size() <= kCountMax);
    for (const auto& item : in.*kMember) {
      const ProtoWriter::Mark mark = context.writer.Open(this->kTag, 2);
      WriteFields(context, item);
      context.writer.Close(mark);
    }
  }
};

template <uint32_t kNumber, auto kMember>
using RecordsField = OwnedListField<kNumber, kMember, limits::kRecordsMax>;
template <uint32_t kNumber, auto kMember>
using PoolMembersField = OwnedListField<kNumber, kMember, limits::kPoolRecordsMax>;
template <uint32_t kNumber, auto kMember>
using RingInfosField = OwnedListField<kNumber, kMember, limits::kRingInfosMax>;

template <typename T, size_t... kIndex>
Flaw ReadFieldsOf(ReadContext& context, std::span<const uint8_t> bytes, T& out,
                  std::index_sequence<kIndex...>) {
  ProtoReader in(bytes);
  [[maybe_unused]] uint32_t seen = 0;
  while (in.Next()) {
    Flaw flaw = nullptr;
    (void)((in.tag() == std::get<kIndex>(kFields<T>).kTag &&
            (flaw = std::get<kIndex>(kFields<T>).Read(context, in, out), seen |= 1u << kIndex,
             true)) ||
           ...);
    if (flaw != nullptr) return flaw;
  }
  if (in.failed()) return "body: not well-formed Protobuf";
  Flaw missing = nullptr;
  (void)((std::get<kIndex>(kFields<T>).kRequired && (seen >> kIndex & 1) == 0 &&
          (missing = std::get<kIndex>(kFields<T>).flaw, true)) ||
         ...);
  return missing;
}

template <typename T>
Flaw ReadFields(ReadContext& context, std::span<const uint8_t> bytes, T& out) {
  ResetFields(out);
  constexpr size_t kCount = std::tuple_size_v<std::remove_cvref_t<decltype(kFields<T>)>>;
  return ReadFieldsOf(context, bytes, out, std::make_index_sequence<kCount>());
}

template <typename T>
void WriteFields(WriteContext& context, const T& in) {
  std::apply([&](const auto&... field) { (field.Write(context, in), ...); }, kFields<T>);
}

template <typename T>
void ResetFields(T& out) {
  std::apply([&](const auto&... field) { (field.Reset(out), ...); }, kFields<T>);
}

}  // namespace core
