#include "core/recording/reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/hash.h"
#include "core/codec/frame.h"
#include "core/codec/limits.h"
#include "core/recording/config_fields.h"

namespace core {
namespace {

constexpr size_t kChecksumBytes = 4;
constexpr size_t kLengthBytesMax = 10;
constexpr size_t kTextsMax = 1024;  // Of one list in a command; far above what travels.
constexpr size_t kFieldNameBytesMax = 64;
constexpr uint64_t kInputsMax = uint64_t{1} << 60;

constexpr uint32_t kHandleMax = kNoPeer.value - 1;

bool IsZero(std::span<const uint8_t> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; });
}

// For a terminal: what is not printable ASCII becomes a question mark.
std::string Visible(std::string_view text) {
  std::string visible(text);
  for (char& c : visible) {
    if (c < ' ' || c > '~') c = '?';
  }
  return visible;
}

int64_t TimeIn(PackedReader& reader) {
  return reader.Signed(-kRecordedTimeMax.us, kRecordedTimeMax.us);
}

PeerId PeerIn(PackedReader& reader) {
  return {static_cast<uint32_t>(reader.Number(kHandleMax))};
}

StringList TextsIn(PackedReader& reader) {
  StringList list;
  const uint64_t count = reader.Number(kTextsMax);
  for (uint64_t i = 0; i < count && !reader.failed(); ++i) {
    list.Add(reader.Text(StringList::kTextMax));
  }
  return list;
}

void Read(PackedReader& reader, Topic& topic) {
  topic.kind = reader.Text(kEntryBytesMax);
  topic.label = reader.Text(kEntryBytesMax);
}

void Read(PackedReader& reader, MatchCommand& match) {
  Read(reader, match.topic);
  match.seek =
      reader.Byte() == static_cast<uint8_t>(Role::kMatcher) ? Role::kMatcher : Role::kWorker;
  match.want = static_cast<uint16_t>(reader.Number(UINT16_MAX));
  match.patience.us = TimeIn(reader);
  match.filter.must = TextsIn(reader);
  match.filter.must_not = TextsIn(reader);
  match.filter.min_budget = static_cast<uint16_t>(reader.Number(UINT16_MAX));
  match.capabilities = TextsIn(reader);
}

void Read(PackedReader& reader, WorkCommand& work) {
  Read(reader, work.topic);
  work.budget = static_cast<uint16_t>(reader.Number(UINT16_MAX));
  work.capabilities = TextsIn(reader);
}

void Read(PackedReader& reader, LeaveCommand& leave) {
  Read(reader, leave.topic);
}

void Read(PackedReader& reader, LookupCommand& lookup) {
  reader.Fill(lookup.target.bytes);
}

bool Read(PackedReader& reader, StoredRow& row) {
  row.at.table.value = static_cast<uint16_t>(reader.Number(UINT16_MAX));
  const std::span<const uint8_t> key = reader.Bytes(reader.Number(kStoreKeyBytesMax));
  row.at.key.assign(key.begin(), key.end());
  const std::span<const uint8_t> value = reader.Bytes(reader.left());
  row.value.assign(value.begin(), value.end());
  return !key.empty() && value.size() <= kStoreValueBytesMax;
}

bool Read(PackedReader& reader, Stored& stored) {
  stored.ticket.value = reader.Number();
  const uint8_t code = reader.Byte();
  stored.status = Status(static_cast<absl::StatusCode>(code), "");
  const uint64_t reads = reader.Number(kStoreReadsMax);
  for (uint64_t i = 0; i < reads && !reader.failed(); ++i) {
    const uint64_t size = reader.Number(kStoreValueBytesMax + 1);
    std::optional<Bytes>& found = stored.found.emplace_back();
    if (size == 0) continue;
    const std::span<const uint8_t> value = reader.Bytes(size - 1);
    found.emplace(value.begin(), value.end());
  }
  return code <= static_cast<uint8_t>(absl::StatusCode::kUnauthenticated);
}

Bytes ValueIn(PackedReader& reader) {
  const std::span<const uint8_t> value = reader.Bytes(reader.Number(limits::kBlockBytesMax));
  return {value.begin(), value.end()};
}

void Read(PackedReader& reader, PutCommand& put) {
  put.request = reader.Word64();
  reader.Fill(put.block.bytes);
  put.base_revision = reader.Number();
  put.value = ValueIn(reader);
}

void Read(PackedReader& reader, DeleteCommand& erase) {
  erase.request = reader.Word64();
  reader.Fill(erase.block.bytes);
  erase.base_revision = reader.Number();
}

void Read(PackedReader& reader, GetCommand& get) {
  get.request = reader.Word64();
  reader.Fill(get.block.bytes);
  get.revision = reader.Number();
}

void Read(PackedReader& reader, RevisionCommand& revision) {
  revision.request = reader.Word64();
  reader.Fill(revision.block.bytes);
}

void Read(PackedReader& reader, LendCommand& lend) {
  lend.bytes = reader.Number();
}

void Read(PackedReader& reader, TransactCommand& transact) {
  transact.request = reader.Word64();
  reader.Fill(transact.tail.bytes);
  transact.writes.resize(reader.Number(limits::kTransactionWritesMax));
  for (BlockWrite& write : transact.writes) {
    reader.Fill(write.block.bytes);
    write.base_revision = reader.Number();
    write.erase = reader.Flag();
    write.value = ValueIn(reader);
  }
}

void Read(PackedReader& reader, VoteCommand& vote) {
  VotingTerms& terms = vote.terms;
  reader.Fill(terms.template_cid.bytes);
  terms.election_keys.resize(reader.Number(limits::kElectionKeysMax));
  for (GroupKeyBytes& key : terms.election_keys) reader.Fill(key);
  terms.voters = static_cast<uint32_t>(reader.Number(std::numeric_limits<uint32_t>::max()));
  terms.opens_ms = static_cast<int64_t>(reader.Word64());
  terms.closes_ms = static_cast<int64_t>(reader.Word64());
  reader.Fill(vote.public_cid.bytes);
  reader.Fill(vote.private_cid.bytes);
  vote.answers.resize(reader.Number(limits::kAnswerBytesMax));
  reader.Fill(vote.answers);
  reader.Fill(vote.entropy.bytes);
  vote.unitary = reader.Flag();
}

void Read(PackedReader& reader, ReservedCommand& reserved) {
  reader.Fill(reserved.template_cid.bytes);
  reader.Fill(reserved.ticket.bytes);
  reserved.granted = reader.Flag();
}

template <typename Kind, typename What>
bool CommandAs(PackedReader& reader, What& what) {
  Read(reader, std::get<Kind>(what.template emplace<Command>(std::in_place_type<Kind>)));
  return true;
}

template <typename What>
bool CommandIn(PackedReader& reader, What& what) {
  switch (reader.Byte()) {
    case 0:
      return CommandAs<MatchCommand>(reader, what);
    case 1:
      return CommandAs<WorkCommand>(reader, what);
    case 2:
      return CommandAs<LeaveCommand>(reader, what);
    case 3:
      return CommandAs<LookupCommand>(reader, what);
    case 4:
      return CommandAs<PutCommand>(reader, what);
    case 5:
      return CommandAs<DeleteCommand>(reader, what);
    case 6:
      return CommandAs<GetCommand>(reader, what);
    case 7:
      return CommandAs<RevisionCommand>(reader, what);
    case 8:
      return CommandAs<TransactCommand>(reader, what);
    case 9:
      return CommandAs<LendCommand>(reader, what);
    case 10:
      return CommandAs<VoteCommand>(reader, what);
    case 11:
      return CommandAs<ReservedCommand>(reader, what);
    default:
      return false;
  }
}

}  // namespace

bool IsRecording(std::span<const uint8_t> bytes) {
  return bytes.size() >= kRecordingMagic.size() &&
         std::equal(kRecordingMagic.begin(), kRecordingMagic.end(), bytes.begin());
}

Status RecordingReader::Flawed(const std::string& found, const std::string& allowed) const {
  return InvalidArgument(name_ + ": byte " + std::to_string(at_) + ": found " + found +
                         ", allowed " + allowed);
}

StatusOr<RecordingReader> RecordingReader::Open(std::string name, std::span<const uint8_t> bytes,
                                                const Suite& suite) {
  RecordingReader reader(std::move(name), bytes, suite);
  RETURN_IF_ERROR(reader.ReadHeader());
  return reader;
}

// ---- header ----

Status RecordingReader::ReadHeader() {
  if (!IsRecording(bytes_)) return Flawed("another kind of file", "a recording of a peer");
  at_ = kRecordingMagic.size();
  const auto version = [this](size_t at) {
    return at < bytes_.size() ? std::to_string(bytes_[at]) : std::string("the end of the file");
  };
  if (bytes_.size() == at_ || bytes_[at_] != kRecordingVersion) {
    return Flawed("format version " + version(at_), std::to_string(kRecordingVersion));
  }
  ++at_;
  if (bytes_.size() == at_ || bytes_[at_] != kFrameVersion) {
    return Flawed("frame version " + version(at_), std::to_string(kFrameVersion));
  }
  ++at_;
  const Block block = BlockAt(at_);
  if (block.state == Block::State::kTorn) return Flawed("a header that breaks off", "a whole one");
  if (block.state == Block::State::kBad) return Flawed(block.flaw, block.allowed);
  RETURN_IF_ERROR(ReadHeaderBlock(block.bytes));
  at_ = block.end;
  return Status();
}

Status RecordingReader::ReadHeaderBlock(std::span<const uint8_t> block) {
  PackedReader reader(block);
  header_.build = reader.Text(kBuildTextBytesMax);
  reader.Fill(header_.network.bytes);
  reader.Fill(header_.public_key);
  header_.self = PeerIn(reader);
  header_.stream.seed = reader.Word64();
  header_.stream.peer = static_cast<uint32_t>(reader.Number(UINT32_MAX));
  header_.stream.incarnation = static_cast<uint32_t>(reader.Number(UINT32_MAX));
  header_.stream.purpose = static_cast<Purpose>(reader.Number(UINT32_MAX));
  if (reader.failed()) return Flawed("a header that cannot be read", "docs/recording_format.md");
  RETURN_IF_ERROR(ReadConfig(reader));
  if (!reader.AtEnd()) {
    return Flawed(std::to_string(reader.left()) + " bytes behind the header's fields", "none");
  }
  if (!contacts_.Introduce(header_.self, header_.public_key)) return Flawed("two peers", "one");
  return Status();
}

Status RecordingReader::ReadConfig(PackedReader& reader) {
  Status status;
  ForEachConfigField(header_.config, [&](const FieldRange& range, auto& field) {
    if (!status.ok()) return;
    const std::string_view name = reader.Text(kFieldNameBytesMax);
    const std::string wanted(range.name);
    if (reader.failed() || name != range.name) {
      status = Flawed(reader.failed() ? "no parameter" : "parameter " + Visible(name), wanted);
      return;
    }
    const int64_t value = reader.Signed(INT64_MIN, INT64_MAX);
    if (reader.failed() || value < range.low || value > range.high) {
      status = Flawed(wanted + " " + (reader.failed() ? "without a value" : std::to_string(value)),
                      std::to_string(range.low) + " to " + std::to_string(range.high));
      return;
    }
    SetNumber(field, value);
  });
  return status;
}

// ---- entries ----

RecordingReader::Block RecordingReader::BlockAt(size_t at) const {
  using State = Block::State;
  const std::span<const uint8_t> rest = bytes_.subspan(at);
  if (IsZero(rest.first(std::min<size_t>(rest.size(), 1))) && IsZero(rest)) return {};
  PackedReader reader(rest);
  const uint64_t length = reader.Number();
  if (reader.failed()) {
    if (rest.size() < kLengthBytesMax) return {};
    return {State::kBad, {}, 0, "a length that is no number", "a varint"};
  }
  if (length == 0 || length > kEntryBytesMax) {
    return {State::kBad, {}, 0, "an entry of a wrong length", "1 to 18874368 bytes"};
  }
  if (reader.left() < length + kChecksumBytes) return {};
  const std::span<const uint8_t> block = reader.Bytes(length);
  const uint32_t checksum = reader.Word32();
  if (checksum != static_cast<uint32_t>(HashBytes(block))) {
    if (IsZero(rest.subspan(reader.at()))) return {};
    return {State::kBad, {}, 0, "a damaged entry", "one that fits its checksum"};
  }
  return {State::kWhole, block, at + reader.at(), "", ""};
}

std::optional<EntryKind> RecordingReader::Peek() const {
  if (ended_ || torn_.has_value()) return std::nullopt;
  const Block block = BlockAt(at_);
  if (block.state != Block::State::kWhole) return std::nullopt;
  return static_cast<EntryKind>(block.bytes[0]);
}

StatusOr<bool> RecordingReader::Next(Entry& entry) {
  RETURN_IF_ERROR(failed_);
  if (ended_ || torn_.has_value()) return false;
  const Block block = BlockAt(at_);
  if (block.state == Block::State::kTorn) {
    torn_ = RecordingTear{at_, bytes_.size() - at_};
    return false;
  }
  failed_ = block.state == Block::State::kBad ? Flawed(block.flaw, block.allowed)
                                              : Parse(block.bytes, entry);
  if (failed_.ok()) failed_ = Admit(entry);
  RETURN_IF_ERROR(failed_);
  at_ = block.end;
  if (ended_ && at_ < bytes_.size()) {
    failed_ = Flawed(std::to_string(bytes_.size() - at_) + " bytes behind the last entry", "none");
    return failed_;
  }
  return !ended_;
}

bool RecordingReader::ParsePeers(PackedReader& reader) {
  peers_.clear();
  const uint64_t count = reader.Number(reader.left());
  for (uint64_t i = 0; i < count && !reader.failed(); ++i) peers_.push_back(PeerIn(reader));
  return !reader.failed();
}

bool RecordingReader::ParseInput(EntryKind kind, PackedReader& reader, RecordedInput& input) {
  if (inputs_ > 0) rows_ = {};
  input.now = last_ + Duration{reader.Signed(-2 * kRecordedTimeMax.us, 2 * kRecordedTimeMax.us)};
  switch (kind) {
    case EntryKind::kStart: {
      const bool client = reader.Flag();
      if (!ParsePeers(reader)) return false;
      input.what = Start{.seeds = peers_, .client = client, .rows = rows_};
      return true;
    }
    case EntryKind::kWake:
      input.what = Wake{};
      return true;
    case EntryKind::kFrame: {
      const PeerId from = PeerIn(reader);
      input.what = FrameArrival{from, reader.Bytes(reader.left())};
      return true;
    }
    case EntryKind::kGarbled: {
      const PeerId from{static_cast<uint32_t>(reader.Number(kNoPeer.value))};
      const uint8_t reason = reader.Byte();
      input.what = Garbled{from, static_cast<GarbledReason>(reason)};
      return reason >= 1 && reason <= static_cast<uint8_t>(GarbledReason::kWrongVersion);
    }
    case EntryKind::kLink: {
      const PeerId peer = PeerIn(reader);
      input.what = Link{peer, reader.Flag()};
      return true;
    }
    case EntryKind::kStored:
      return Read(reader, input.what.emplace<Stored>());
    default:
      return CommandIn(reader, input.what);
  }
}

Status RecordingReader::Parse(std::span<const uint8_t> block, Entry& entry) {
  PackedReader reader(block.subspan(1));
  const auto kind = static_cast<EntryKind>(block[0]);
  bool good = true;
  switch (kind) {
    case EntryKind::kMark: {
      auto& mark = entry.emplace<Mark>();
      mark.next = reader.Number(kInputsMax);
      mark.base.us = TimeIn(reader);
      break;
    }
    case EntryKind::kContact:
    case EntryKind::kFound: {
      auto& contact = entry.emplace<KnownContact>();
      contact.found = kind == EntryKind::kFound;
      contact.peer = PeerIn(reader);
      reader.Fill(contact.public_key);
      break;
    }
    case EntryKind::kRoutes:
      good = ParsePeers(reader);
      entry = Routes{peers_};
      break;
    case EntryKind::kStart:
    case EntryKind::kWake:
    case EntryKind::kFrame:
    case EntryKind::kGarbled:
    case EntryKind::kLink:
    case EntryKind::kCommand:
    case EntryKind::kStored:
      good = ParseInput(kind, reader, entry.emplace<RecordedInput>());
      break;
    case EntryKind::kSignature:
      reader.Fill(entry.emplace<MadeSignature>().signature);
      break;
    case EntryKind::kState:
      entry = StateDigest{reader.Word64()};
      break;
    case EntryKind::kEnd:
      entry = End{reader.Number(kInputsMax)};
      break;
    case EntryKind::kRow:
      good = Read(reader, entry.emplace<StoredRow>());
      break;
    default:
      return Flawed("an entry of kind " + std::to_string(block[0]), "1 to 15");
  }
  if (good && reader.AtEnd()) return Status();
  return Flawed("an entry of kind " + std::to_string(block[0]) + " that cannot be read",
                "docs/recording_format.md");
}

// ---- what may stand where ----

Status RecordingReader::Admit(const Mark& mark) {
  if (mark.next <= inputs_) {
    return Flawed("a mark before input " + std::to_string(mark.next),
                  "input " + std::to_string(inputs_ + 1) + " or later");
  }
  missing_ += mark.next - 1 - inputs_;
  inputs_ = mark.next - 1;
  last_ = mark.base;
  marked_ = true;
  stepped_ = false;
  return Status();
}

Status RecordingReader::AdmitPeers() const {
  for (const PeerId peer : peers_) RETURN_IF_ERROR(AdmitPeer(peer));
  return Status();
}

Status RecordingReader::AdmitPeer(PeerId peer) const {
  if (contacts_.Knows(peer)) return Status();
  return Flawed("peer " + std::to_string(peer.value), "one that was introduced before");
}

Status RecordingReader::Admit(const RecordedInput& input) {
  if (input.now > kRecordedTimeMax || input.now < Time{-kRecordedTimeMax.us}) {
    return Flawed("time " + std::to_string(input.now.us), "less than 2^60 us around zero");
  }
  const bool starts = std::holds_alternative<Start>(input.what);
  if (starts != (inputs_ == 0)) {
    return Flawed(starts ? "a second start" : "no start", "a start as the first input alone");
  }
  if (starts) RETURN_IF_ERROR(AdmitPeers());
  if (const auto* arrival = std::get_if<FrameArrival>(&input.what)) {
    RETURN_IF_ERROR(AdmitPeer(arrival->from));
  } else if (const auto* link = std::get_if<Link>(&input.what)) {
    RETURN_IF_ERROR(AdmitPeer(link->peer));
  } else if (const auto* garbled = std::get_if<Garbled>(&input.what)) {
    if (garbled->from != kNoPeer) RETURN_IF_ERROR(AdmitPeer(garbled->from));
  }
  ++inputs_;
  last_ = input.now;
  stepped_ = true;
  return Status();
}

Status RecordingReader::Admit(const StoredRow& row) {
  if (inputs_ > 0) return Flawed("a row after the start", "rows before it");
  if (!IsCoreTable(row.at.table) || IsBulkTable(row.at.table)) {
    return Flawed("a row of table " + std::to_string(row.at.table.value), "the core's, 32 to 63");
  }
  if (!rows_.empty() && row.at <= rows_.back().at) {
    return Flawed("a row that is not behind the last one", "rows in ascending order");
  }
  rows_.push_back(row);
  return Status();
}

Status RecordingReader::Admit(const Entry& entry) {
  if (const auto* mark = std::get_if<Mark>(&entry)) return Admit(*mark);
  if (const auto* end = std::get_if<End>(&entry)) {
    if (end->inputs < inputs_) {
      return Flawed("an end after " + std::to_string(end->inputs) + " inputs",
                    std::to_string(inputs_) + " or more");
    }
    missing_ += end->inputs - inputs_;
    inputs_ = end->inputs;
    ended_ = true;
    return Status();
  }
  if (!marked_) return Flawed("an entry without a mark", "a mark first");
  if (const auto* input = std::get_if<RecordedInput>(&entry)) return Admit(*input);
  if (const auto* contact = std::get_if<KnownContact>(&entry)) {
    if (contact->found && !stepped_) return Flawed("a contact of a step", "an input before it");
    if (contacts_.Introduce(contact->peer, contact->public_key)) return Status();
    return Flawed("peer " + std::to_string(contact->peer.value) + " with another identity",
                  "one identity per handle and one handle per identity");
  }
  if (const auto* row = std::get_if<StoredRow>(&entry)) return Admit(*row);
  if (std::holds_alternative<Routes>(entry)) {
    if (inputs_ > 0) return Flawed("routes after the start", "routes before it");
    return AdmitPeers();
  }
  if (!stepped_) return Flawed("a signature or a digest", "an input before it");
  return Status();
}

}  // namespace core
