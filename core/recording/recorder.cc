#include "core/recording/recorder.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/hash.h"
#include "core/codec/limits.h"

namespace core {
namespace {

constexpr size_t kSegmentBytesMin = size_t{4} << 10;
constexpr size_t kSegmentBytesMax = size_t{1} << 20;
constexpr size_t kSegmentsWanted = 16;     // What a full ring drops at a time is one of these.
constexpr size_t kRowSlack = 16;           // What an entry adds to a row's bytes, at most.
constexpr size_t kSegmentSlack = 4 << 10;  // An ordinary last input fits in without growing.

size_t SegmentsFor(size_t bytes, size_t segment_bytes) {
  return (bytes + segment_bytes - 1) / segment_bytes;
}

size_t SegmentBytesFor(const RecorderLimits& limits) {
  return std::clamp((limits.head_bytes + limits.tail_bytes) / kSegmentsWanted, kSegmentBytesMin,
                    kSegmentBytesMax);
}

}  // namespace

Digested::Digested(const Participant& peer) {
  Hasher hasher;
  peer.Digest(hasher);
  const Fingerprint all = hasher.Result();
  digest = Mix64(all.high, all.low);
  words = hasher.words();
}

// ---- what the host uses in place of its own ----

const NodeId& Recorder::NotingDirectory::NodeIdOf(PeerId peer) const {
  return inner_->NodeIdOf(peer);
}

const PublicKey& Recorder::NotingDirectory::PublicKeyOf(PeerId peer) const {
  return inner_->PublicKeyOf(peer);
}

void Recorder::NotingDirectory::AppendAddresses(PeerId peer, AddressList& addresses) const {
  inner_->AppendAddresses(peer, addresses);
}

PeerId Recorder::NotingDirectory::Learn(const Contact& contact) {
  const PeerId peer = inner_->Learn(contact);
  if (peer != kNoPeer) recorder_->noted_.push_back(peer);
  return peer;
}

PeerId Recorder::NotingDirectory::FindByNodeId(const NodeId& node_id) const {
  const PeerId peer = inner_->FindByNodeId(node_id);
  if (peer != kNoPeer) recorder_->NoteFound(peer);
  return peer;
}

PublicKey Recorder::NotingSuite::PublicKeyFor(const SecretKey& secret) const {
  return inner_->PublicKeyFor(secret);
}

Signature Recorder::NotingSuite::Sign(const SecretKey& secret,
                                      std::span<const uint8_t> bytes) const {
  const Signature signature = inner_->Sign(secret, bytes);
  const bool serves = recorder_->within_a_step_ && recorder_->dropped_ == 0;
  if (serves) recorder_->Append(MadeSignature{signature});
  return signature;
}

bool Recorder::NotingSuite::Verify(const PublicKey& key, std::span<const uint8_t> bytes,
                                   const Signature& signature) const {
  return inner_->Verify(key, bytes, signature);
}

Digest256 Recorder::NotingSuite::Sha256(std::span<const uint8_t> bytes) const {
  return inner_->Sha256(bytes);
}

// ---- the recorder ----

Recorder::Recorder(const RecordingHeader& header, const RecorderLimits& limits,
                   Directory& directory, const Suite& suite)
    : segment_bytes_(SegmentBytesFor(limits)),
      head_segments_(SegmentsFor(limits.head_bytes, segment_bytes_)),
      tail_segments_(SegmentsFor(limits.tail_bytes, segment_bytes_)),
      digest_every_(limits.digest_every),
      digest_words_(limits.digest_words),
      self_(header.self),
      directory_(directory, *this),
      suite_(suite, *this) {
  CHECK(digest_words_ > 0);
  AppendRecordingHeader(header, header_);
  segments_.reserve(head_segments_ + tail_segments_);
}

void Recorder::OpenSegment() {
  if (segments_.size() < head_segments_ + tail_segments_) {
    segments_.emplace_back();
    segments_.back().bytes.reserve(segment_bytes_ + kSegmentSlack);
  } else {
    const auto oldest = segments_.begin() + static_cast<std::ptrdiff_t>(head_segments_);
    const uint64_t end = oldest + 1 == segments_.end() ? inputs_ + 1 : (oldest + 1)->first;
    dropped_ += end - oldest->first;
    std::rotate(oldest, oldest + 1, segments_.end());
    segments_.back().bytes.clear();
  }
  segments_.back().first = inputs_ + 1;
  mentioned_.Clear();
  Append(Mark{.next = inputs_ + 1, .base = last_});
}

// False when the head is full and there is no tail.
bool Recorder::MakeRoom() {
  if (!segments_.empty() && segments_.back().bytes.size() < segment_bytes_) return true;
  if (tail_segments_ == 0 && segments_.size() >= head_segments_) return false;
  OpenSegment();
  return true;
}

// Rows and start stand in one segment, so that a ring never drops a part of them.
bool Recorder::Fits(const Start& start) const {
  size_t bytes = 0;
  for (const StoredRow& row : start.rows) {
    bytes += kRowSlack + row.at.key.size() + row.value.size();
  }
  return bytes <= segment_bytes_ * (head_segments_ > 0 ? head_segments_ : tail_segments_);
}

// The next input begins the recording.
void Recorder::GiveUpStart() {
  segments_.clear();
  keeping_ = false;
}

void Recorder::Keep(const Start& start) {
  for (const PeerId seed : start.seeds) Mention(seed);
  for (const StoredRow& row : start.rows) Append(row);
}

void Recorder::Append(const Entry& entry) {
  writer_.Append(entry, segments_.back().bytes);
}

void Recorder::Mention(PeerId peer) {
  if (peer == kNoPeer || peer == self_ || !mentioned_.Insert(peer).second) return;
  Append(KnownContact{
      .peer = peer, .public_key = directory_.PublicKeyOf(peer), .found = within_a_step_});
}

// A step that looks up an id finds what it depends on: a replay must find it too, and not earlier.
void Recorder::NoteFound(PeerId peer) {
  if (within_a_step_) {
    Mention(peer);
  } else {
    noted_.push_back(peer);
  }
}

void Recorder::MentionNoted() {
  for (const PeerId peer : noted_) Mention(peer);
  noted_.clear();
}

void Recorder::SeedRoutes(std::span<const PeerId> contacts) {
  if (!MakeRoom()) return;
  for (const PeerId peer : contacts) Mention(peer);
  Append(Routes{contacts});
}

void Recorder::Record(Time now, const Input& input, std::span<const uint8_t> frame) {
  keeping_ = MakeRoom();
  const auto* start = std::get_if<Start>(&input);
  if (keeping_ && start != nullptr && !Fits(*start)) GiveUpStart();
  ++inputs_;
  if (!keeping_) {
    ++dropped_;
    noted_.clear();
    return;
  }
  MentionNoted();
  RecordedInput recorded{.now = now, .what = Wake{}};
  if (const auto* arrival = std::get_if<Arrival>(&input)) {
    CHECK(!frame.empty() && frame.size() <= limits::kControlFrameMax);
    Mention(arrival->from);
    recorded.what = FrameArrival{arrival->from, frame};
  } else if (start != nullptr) {
    Keep(*start);
    recorded.what = *start;
  } else if (const auto* garbled = std::get_if<Garbled>(&input)) {
    Mention(garbled->from);
    recorded.what = *garbled;
  } else if (const auto* link = std::get_if<Link>(&input)) {
    Mention(link->peer);
    recorded.what = *link;
  } else if (const auto* command = std::get_if<Command>(&input)) {
    recorded.what = *command;
  } else if (const auto* stored = std::get_if<Stored>(&input)) {
    recorded.what = *stored;
  }
  Append(recorded);
  last_ = now;
  within_a_step_ = true;
}

// Digests and signatures serve a replay, which ends where the first input is missing.
void Recorder::Settle(const Participant& peer, bool always) {
  within_a_step_ = false;
  if (!keeping_ || dropped_ > 0 || inputs_ == 0) return;
  if (!always && (digest_every_ == 0 || inputs_ < next_digest_)) return;
  const Digested state(peer);
  next_digest_ = inputs_ + std::max<uint64_t>(digest_every_, state.words / digest_words_);
  Append(StateDigest{state.digest});
}

// Without the writer, whose memory may have to grow. The block is short: its length is one byte.
size_t Recorder::WriteEnd(std::span<uint8_t, kEndBytesMax> out) const {
  size_t size = 1;
  out[size++] = static_cast<uint8_t>(EntryKind::kEnd);
  uint64_t number = inputs_;
  for (; number >= 0x80; number >>= 7) out[size++] = static_cast<uint8_t>(number | 0x80);
  out[size++] = static_cast<uint8_t>(number);
  out[0] = static_cast<uint8_t>(size - 1);
  uint64_t checksum = HashBytes(out.subspan(1, size - 1));
  for (int i = 0; i < 4; ++i, checksum >>= 8) out[size++] = static_cast<uint8_t>(checksum);
  return size;
}

size_t Recorder::FileBytes() const {
  size_t bytes = 0;
  Save([&bytes](std::span<const uint8_t> part) { bytes += part.size(); });
  return bytes;
}

size_t Recorder::MemoryUsage() const {
  size_t bytes = sizeof(Recorder) + header_.capacity() + segments_.capacity() * sizeof(Segment) +
                 noted_.capacity() * sizeof(PeerId) + mentioned_.HeapBytes();
  for (const Segment& segment : segments_) bytes += segment.bytes.capacity();
  return bytes;
}

}  // namespace core
