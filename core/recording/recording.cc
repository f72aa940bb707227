#include "core/recording/recording.h"

#include "core/base/check.h"
#include "core/base/hash.h"
#include "core/codec/frame.h"
#include "core/recording/config_fields.h"
#include "core/recording/packed.h"

namespace core {
namespace {

void Put(PackedWriter& writer, const StringList& list) {
  writer.Number(list.Count());
  list.ForEach([&writer](std::string_view text) { writer.Text(text); });
}

void Put(PackedWriter& writer, const Topic& topic) {
  writer.Text(topic.kind);
  writer.Text(topic.label);
}

void Put(PackedWriter& writer, const MatchCommand& command) {
  Put(writer, command.topic);
  writer.Byte(static_cast<uint8_t>(command.seek));
  writer.Number(command.want);
  writer.Signed(command.patience.us);
  Put(writer, command.filter.must);
  Put(writer, command.filter.must_not);
  writer.Number(command.filter.min_budget);
  Put(writer, command.capabilities);
}

void Put(PackedWriter& writer, const WorkCommand& command) {
  Put(writer, command.topic);
  writer.Number(command.budget);
  Put(writer, command.capabilities);
}

void Put(PackedWriter& writer, const LeaveCommand& command) {
  Put(writer, command.topic);
}

void Put(PackedWriter& writer, const LookupCommand& command) {
  writer.Bytes(command.target.bytes);
}

void Put(PackedWriter& writer, const PutCommand& command) {
  writer.Word64(command.request);
  writer.Bytes(command.block.bytes);
  writer.Number(command.base_revision);
  writer.Number(command.value.size());
  writer.Bytes(command.value);
}

void Put(PackedWriter& writer, const DeleteCommand& command) {
  writer.Word64(command.request);
  writer.Bytes(command.block.bytes);
  writer.Number(command.base_revision);
}

void Put(PackedWriter& writer, const GetCommand& command) {
  writer.Word64(command.request);
  writer.Bytes(command.block.bytes);
  writer.Number(command.revision);
}

void Put(PackedWriter& writer, const RevisionCommand& command) {
  writer.Word64(command.request);
  writer.Bytes(command.block.bytes);
}

void Put(PackedWriter& writer, const TransactCommand& command) {
  writer.Word64(command.request);
  writer.Bytes(command.tail.bytes);
  writer.Number(command.writes.size());
  for (const BlockWrite& write : command.writes) {
    writer.Bytes(write.block.bytes);
    writer.Number(write.base_revision);
    writer.Byte(write.erase ? 1 : 0);
    writer.Number(write.value.size());
    writer.Bytes(write.value);
  }
}

void Put(PackedWriter& writer, const LendCommand& command) {
  writer.Number(command.bytes);
}

void Put(PackedWriter& writer, const VoteCommand& command) {
  const VotingTerms& terms = command.terms;
  writer.Bytes(terms.template_cid.bytes);
  writer.Number(terms.election_keys.size());
  for (const GroupKeyBytes& key : terms.election_keys) writer.Bytes(key);
  writer.Number(terms.voters);
  writer.Word64(static_cast<uint64_t>(terms.opens_ms));
  writer.Word64(static_cast<uint64_t>(terms.closes_ms));
  writer.Bytes(command.public_cid.bytes);
  writer.Bytes(command.private_cid.bytes);
  writer.Number(command.answers.size());
  writer.Bytes(command.answers);
  writer.Bytes(command.entropy.bytes);
  writer.Byte(command.unitary ? 1 : 0);
}

void Put(PackedWriter& writer, const ReservedCommand& command) {
  writer.Bytes(command.template_cid.bytes);
  writer.Bytes(command.ticket.bytes);
  writer.Byte(command.granted ? 1 : 0);
}

void Put(PackedWriter& writer, std::span<const PeerId> peers) {
  writer.Number(peers.size());
  for (const PeerId peer : peers) writer.Number(peer.value);
}

EntryKind Put(PackedWriter& writer, const Start& start) {
  writer.Byte(start.client ? 1 : 0);
  Put(writer, start.seeds);
  return EntryKind::kStart;
}

EntryKind Put(PackedWriter&, const Wake&) {
  return EntryKind::kWake;
}

EntryKind Put(PackedWriter& writer, const FrameArrival& arrival) {
  writer.Number(arrival.from.value);
  writer.Bytes(arrival.frame);
  return EntryKind::kFrame;
}

EntryKind Put(PackedWriter& writer, const Garbled& garbled) {
  writer.Number(garbled.from.value);
  writer.Byte(static_cast<uint8_t>(garbled.reason));
  return EntryKind::kGarbled;
}

EntryKind Put(PackedWriter& writer, const Link& link) {
  writer.Number(link.peer.value);
  writer.Byte(link.up ? 1 : 0);
  return EntryKind::kLink;
}

EntryKind Put(PackedWriter& writer, const Command& command) {
  writer.Byte(static_cast<uint8_t>(command.index()));
  std::visit([&writer](const auto& what) { Put(writer, what); }, command);
  return EntryKind::kCommand;
}

// Only the code: its text is for the host's log.
EntryKind Put(PackedWriter& writer, const Stored& stored) {
  writer.Number(stored.ticket.value);
  writer.Byte(static_cast<uint8_t>(stored.status.code()));
  writer.Number(stored.found.size());
  for (const std::optional<Bytes>& value : stored.found) {
    writer.Number(value.has_value() ? value->size() + 1 : 0);
    if (value.has_value()) writer.Bytes(*value);
  }
  return EntryKind::kStored;
}

// Kind and content of one entry; times are differences to `last`, which moves.
struct BodyWriter {
  PackedWriter& writer;
  Time& last;

  EntryKind operator()(const Mark& mark) const {
    writer.Number(mark.next);
    writer.Signed(mark.base.us);
    last = mark.base;
    return EntryKind::kMark;
  }

  EntryKind operator()(const KnownContact& contact) const {
    writer.Number(contact.peer.value);
    writer.Bytes(contact.public_key);
    return contact.found ? EntryKind::kFound : EntryKind::kContact;
  }

  EntryKind operator()(const Routes& routes) const {
    Put(writer, routes.contacts);
    return EntryKind::kRoutes;
  }

  EntryKind operator()(const RecordedInput& input) const {
    writer.Signed((input.now - last).us);
    last = input.now;
    return std::visit([this](const auto& what) { return Put(writer, what); }, input.what);
  }

  EntryKind operator()(const MadeSignature& made) const {
    writer.Bytes(made.signature);
    return EntryKind::kSignature;
  }

  EntryKind operator()(const StateDigest& state) const {
    writer.Word64(state.digest);
    return EntryKind::kState;
  }

  EntryKind operator()(const StoredRow& row) const {
    writer.Number(row.at.table.value);
    writer.Number(row.at.key.size());
    writer.Bytes(row.at.key);
    writer.Bytes(row.value);
    return EntryKind::kRow;
  }

  EntryKind operator()(const End& end) const {
    writer.Number(end.inputs);
    return EntryKind::kEnd;
  }
};

// A block behind its length, and its checksum.
void AppendBlock(std::span<const uint8_t> block, std::vector<uint8_t>& out) {
  PackedWriter writer(out);
  writer.Number(block.size());
  writer.Bytes(block);
  writer.Word32(static_cast<uint32_t>(HashBytes(block)));
}

}  // namespace

void EntryWriter::Append(const Entry& entry, std::vector<uint8_t>& out) {
  body_.assign(1, 0);
  PackedWriter writer(body_);
  const EntryKind kind = std::visit(BodyWriter{writer, last_}, entry);
  body_[0] = static_cast<uint8_t>(kind);
  AppendBlock(body_, out);
}

void AppendRecordingHeader(const RecordingHeader& header, std::vector<uint8_t>& out) {
  CHECK(header.build.size() <= kBuildTextBytesMax);
  PackedWriter front(out);
  front.Bytes(kRecordingMagic);
  front.Byte(kRecordingVersion);
  front.Byte(kFrameVersion);
  std::vector<uint8_t> block;
  PackedWriter writer(block);
  writer.Text(header.build);
  writer.Bytes(header.network.bytes);
  writer.Bytes(header.public_key);
  writer.Number(header.self.value);
  writer.Word64(header.stream.seed);
  writer.Number(header.stream.peer);
  writer.Number(header.stream.incarnation);
  writer.Number(static_cast<uint32_t>(header.stream.purpose));
  ForEachConfigField(header.config, [&writer](const FieldRange& range, const auto& field) {
    writer.Text(range.name);
    writer.Signed(NumberOf(field));
  });
  AppendBlock(block, out);
}

}  // namespace core
