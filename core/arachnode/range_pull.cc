#include "core/arachnode/range_pull.h"

#include <algorithm>

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"idle", "seeking", "paging", "fetching"};
constexpr size_t kStrangersAsked = 3;

// The next key; of the last one itself.
Key256 Behind(const Key256& key) {
  Key256 next = key;
  for (size_t i = next.bytes.size(); i-- > 0;) {
    if (++next.bytes[i] != 0) return next;
  }
  return key;
}

}  // namespace

void RangePull::Begin(const KeyRange& range) {
  phase_ = Phase::kSeeking;
  range_ = range;
  cursor_ = range.First();
  listed_ = false;
  strangers_ = false;
  silent_.clear();
  wants_.Clear();
}

void RangePull::Stop(Questions& questions) {
  questions.Drop(Asker::kPull);
  questions.Drop(Asker::kFetch);
  phase_ = Phase::kIdle;
  wants_.Clear();
}

void RangePull::Advance(const RingMoment& moment, const RingBook& book, const Shelf& shelf,
                        Questions& questions) {
  while (running() && questions.CountOf(Asker::kPull) == 0) {
    if (phase_ == Phase::kSeeking) {
      Seek(moment, book, questions);
    } else if (phase_ == Phase::kPaging) {
      Sift(shelf);
    } else if (wants_.Ask(moment, Asker::kFetch, questions)) {
      return;
    } else {
      MoveOn();
    }
  }
}

void RangePull::Seek(const RingMoment& moment, const RingBook& book, Questions& questions) {
  size_t asked = 0;
  reach_ = range_.Last();
  listed_ = false;
  // Those of the cursor itself may have been asked to their end.
  for (const RingInfo* info : book.HoldersOf(Behind(cursor_))) {
    const bool silent = std::find(silent_.begin(), silent_.end(), info->peer) != silent_.end();
    if (silent || asked == kSources) continue;
    questions.Ask(
        moment, info->peer, Asker::kPull, 0,
        RangeRequest{
            .prefix = range_.prefix, .bits = range_.bits, .after = cursor_, .limit = kPageBlocks});
    ++asked;
  }
  if (asked > 0) {
    phase_ = Phase::kPaging;
  } else if (!strangers_) {
    strangers_ = true;
    SeekStrangers(moment, questions);
  } else {
    SkipTo(moment, book);
  }
}

void RangePull::SeekStrangers(const RingMoment& moment, Questions& questions) {
  const Key256 wanted = Behind(cursor_);
  for (const PeerId near : moment.Nearest(wanted, kStrangersAsked)) {
    questions.Ask(moment, near, Asker::kPull, 0, RefsRequest{.infos = {}, .keys = {{wanted, 0}}});
  }
}

// Nobody answers for the cursor: on to the first key behind it that somebody answers for.
void RangePull::SkipTo(const RingMoment& moment, const RingBook& book) {
  strangers_ = false;
  const Key256* next = nullptr;
  std::vector<Key256> begins;
  for (const RingInfo* info : book.All()) {
    const uint8_t ring = AnsweredRing(PlaceOf(*info));
    const bool silent = std::find(silent_.begin(), silent_.end(), info->peer) != silent_.end();
    if (ring == limits::kRingNone || silent) continue;
    begins.push_back(RangeOf(moment.context.directory->NodeIdOf(info->peer), ring).First());
  }
  for (const Key256& begin : begins) {
    if (cursor_ < begin && range_.Contains(begin) && (next == nullptr || begin < *next)) {
      next = &begin;
    }
  }
  if (next != nullptr) {
    cursor_ = *next;
    return;
  }
  phase_ = Phase::kIdle;
}

// Ascending, behind the cursor, within the range; whole, or as long as was asked for.
bool RangePull::IsAnswer(const Range& range) const {
  if (range.blocks.size() > kPageBlocks || (range.more && range.blocks.size() < kPageBlocks)) {
    return false;
  }
  Key256 last = cursor_;
  for (const KeyedRevision& block : range.blocks) {
    if (block.key <= last || !range_.Contains(block.key)) return false;
    last = block.key;
  }
  return true;
}

void RangePull::OnRange(const Question& question, const Range& range, const RingBook& book,
                        const RingMoment& moment) {
  if (phase_ != Phase::kPaging) return;
  const RingInfo* info = book.Find(question.peer);
  if (info == nullptr || !IsAnswer(range)) return silent_.push_back(question.peer);
  Key256 last = cursor_;
  for (const KeyedRevision& block : range.blocks) {
    last = block.key;
    wants_.Add(block, question.peer);
  }
  listed_ = true;
  const Key256 own =
      RangeOf(moment.context.directory->NodeIdOf(question.peer), AnsweredRing(PlaceOf(*info)))
          .Last();
  reach_ = std::min(reach_, range.more && !range.blocks.empty() ? last : own);
}

// What is there already is no work; what lies behind the shortest list is left for the next page.
void RangePull::Sift(const Shelf& shelf) {
  wants_.DropIf([&](const KeyedRevision& block) {
    return !listed_ || block.key > reach_ || shelf.Has(block);
  });
  phase_ = listed_ ? Phase::kFetching : Phase::kSeeking;
}

void RangePull::MoveOn() {
  strangers_ = false;
  cursor_ = reach_;
  phase_ = cursor_ >= range_.Last() ? Phase::kIdle : Phase::kSeeking;
}

void RangePull::OnSilence(const Question& question) {
  silent_.push_back(question.peer);
  if (question.asker == Asker::kFetch) wants_.OnSilence(question);
}

void RangePull::CollectPeers(PeerSet& peers) const {
  peers.AddAll(silent_);
  wants_.CollectPeers(peers);
}

template <typename State>
void RangePull::Tell(State& state) const {
  state.Add("phase", phase_, kPhases);
  state.Add("prefix", range_.prefix);
  state.Add("bits", range_.bits);
  state.Add("cursor", cursor_);
  state.Add("reach", reach_);
  state.Hash(listed_);
  state.Hash(strangers_);
  state.Add("silent", silent_);
  wants_.Tell(state);
}

void RangePull::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void RangePull::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t RangePull::HeapBytes() const {
  return silent_.capacity() * sizeof(PeerId) + wants_.HeapBytes();
}

}  // namespace core
