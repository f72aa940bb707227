#include "core/arachnode/range_pull.h"

#include <algorithm>

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"idle", "seeking", "paging", "fetching"};
constexpr size_t kStrangersAsked = 3;

}  // namespace

void RangePull::Begin(const KeyRange& range, const Key256& after, uint32_t pages) {
  phase_ = Phase::kSeeking;
  range_ = range;
  cursor_ = std::max(after, range.First());
  pages_left_ = pages;
  at_end_ = false;
  listed_ = false;
  strangers_ = false;
  fetched_ = 0;
  failed_ = 0;
  silent_.clear();
  wants_.clear();
}

void RangePull::Stop(Questions& questions) {
  questions.Drop(Asker::kPull);
  questions.Drop(Asker::kFetch);
  phase_ = Phase::kIdle;
  wants_.clear();
}

void RangePull::Advance(const RingMoment& moment, const RingBook& book, const Shelf& shelf,
                        Questions& questions) {
  while (running() && questions.CountOf(Asker::kPull) == 0) {
    if (phase_ == Phase::kSeeking) {
      Seek(moment, book, questions);
    } else if (phase_ == Phase::kPaging) {
      Sift(shelf);
    } else {
      Fetch(moment, questions);
      if (phase_ == Phase::kFetching) return;
    }
  }
}

void RangePull::Seek(const RingMoment& moment, const RingBook& book, Questions& questions) {
  size_t asked = 0;
  reach_ = range_.Last();
  listed_ = false;
  for (const RingInfo* info : book.HoldersOf(cursor_)) {
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
  for (const PeerId near : moment.Nearest(cursor_, kStrangersAsked)) {
    questions.Ask(moment, near, Asker::kPull, 0, RefsRequest{.infos = {}, .keys = {{cursor_, 0}}});
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
  at_end_ = true;
  phase_ = Phase::kIdle;
}

// Ascending, behind the cursor, within the range.
bool RangePull::IsAnswer(const Range& range) const {
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
    const auto known = std::find_if(wants_.begin(), wants_.end(),
                                    [&](const Want& want) { return want.block.key == block.key; });
    Want& want = known == wants_.end() ? wants_.emplace_back() : *known;
    want.block = {block.key, std::max(want.block.revision, block.revision)};
    want.sources.push_back(question.peer);
  }
  listed_ = true;
  const Key256 own =
      RangeOf(moment.context.directory->NodeIdOf(question.peer), AnsweredRing(PlaceOf(*info)))
          .Last();
  reach_ = std::min(reach_, range.more && !range.blocks.empty() ? last : own);
}

// What is there already is no work; what lies behind the shortest list is left for the next page.
void RangePull::Sift(const Shelf& shelf) {
  if (!listed_) {
    wants_.clear();
    phase_ = Phase::kSeeking;
    return;
  }
  std::erase_if(wants_,
                [&](const Want& want) { return want.block.key > reach_ || shelf.Has(want.block); });
  phase_ = Phase::kFetching;
}

void RangePull::Fetch(const RingMoment& moment, Questions& questions) {
  size_t open = questions.CountOf(Asker::kFetch);
  bool waiting = open > 0;
  for (uint32_t i = 0; i < wants_.size() && open < kWindow; ++i) {
    Want& want = wants_[i];
    if (want.over || want.asked) continue;
    if (want.sources.empty()) {
      want.over = true;
      ++failed_;
      continue;
    }
    want.asked = true;
    const PeerId source = want.sources.back();
    want.sources.pop_back();
    questions.Ask(moment, source, Asker::kFetch, i, ArchiveRequest{.key = want.block.key});
    waiting = true;
    ++open;
  }
  if (!waiting) MoveOn();
}

void RangePull::MoveOn() {
  wants_.clear();
  strangers_ = false;
  cursor_ = reach_;
  at_end_ = cursor_ >= range_.Last();
  phase_ = at_end_ || (pages_left_ > 0 && --pages_left_ == 0) ? Phase::kIdle : Phase::kSeeking;
}

void RangePull::OnFetched(const Question& question, bool good) {
  if (question.number >= wants_.size()) return;
  Want& want = wants_[question.number];
  want.asked = false;
  if (!good) return;
  want.over = true;
  ++fetched_;
}

void RangePull::OnSilence(const Question& question) {
  silent_.push_back(question.peer);
  if (question.asker == Asker::kFetch) OnFetched(question, false);
}

const KeyedRevision* RangePull::Wanted(uint32_t number) const {
  return number < wants_.size() ? &wants_[number].block : nullptr;
}

void RangePull::CollectPeers(PeerSet& peers) const {
  peers.AddAll(silent_);
  for (const Want& want : wants_) peers.AddAll(want.sources);
}

template <typename State>
void RangePull::Tell(State& state) const {
  state.Add("phase", phase_, kPhases);
  state.Add("prefix", range_.prefix);
  state.Add("bits", range_.bits);
  state.Add("cursor", cursor_);
  state.Add("reach", reach_);
  state.Add("pages left", pages_left_);
  state.Hash(listed_);
  state.Hash(strangers_);
  state.Add("fetched", fetched_);
  state.Add("failed", failed_);
  state.Add("silent", silent_);
  for (const Want& want : wants_) {
    state.Part("want", [&] {
      state.Add("key", want.block.key);
      state.Add("revision", want.block.revision);
      state.Add("sources", want.sources);
      state.Add("asked", want.asked);
      state.Add("over", want.over);
    });
  }
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
  size_t bytes = silent_.capacity() * sizeof(PeerId) + wants_.capacity() * sizeof(Want);
  for (const Want& want : wants_) bytes += want.sources.capacity() * sizeof(PeerId);
  return bytes;
}

}  // namespace core
