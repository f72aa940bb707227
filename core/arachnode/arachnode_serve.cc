// What others ask of this node and answer to it, and what it says of itself.
#include <algorithm>
#include <utility>

#include "core/arachnode/arachnode.h"
#include "core/arachnode/archive_proof.h"

namespace core {
namespace {

constexpr size_t kNewsTold = 8;  // Of others, in one statement.
constexpr RateLimit::Terms kRefsTerms = {.per_minute = 60, .entries_max = 4096};
constexpr size_t kReferred = 4;    // Holders of a key that is sought, told by a node that lacks it.
constexpr int kWordRefreshes = 3;  // Within the time that a statement says something.

}  // namespace

// ---- the own word ----

std::vector<RingInfo> Arachnode::OwnWord(const RingMoment& moment) {
  if (!lends()) return {};
  const int64_t refresh_ms = moment.rings().info_keep.us / 1000 / kWordRefreshes;
  const bool good = word_.has_value() && PlaceOf(*word_) == *place_ &&
                    word_->capacity == capacity_ && moment.now_ms() - word_->issued_ms < refresh_ms;
  if (!good) {
    // Greater than in an earlier life too, unless the clock went back.
    sequence_ =
        std::max(sequence_ + 1, static_cast<uint64_t>(std::max<int64_t>(0, moment.now_ms())));
    word_ = RingInfo{.peer = moment.self,
                     .sequence = sequence_,
                     .status = place_->status,
                     .ring = place_->ring,
                     .from = place_->from,
                     .capacity = capacity_,
                     .used = shelf_.used(),
                     .blocks = static_cast<uint32_t>(shelf_.size()),
                     .issued_ms = moment.now_ms()};
    SignRingInfo(moment, *word_);
  }
  return {*word_};
}

void Arachnode::Announce(const RingMoment& moment) {
  std::vector<PeerId> peers;
  for (const RingInfo* info : book_.All()) peers.push_back(info->peer);
  if (peers.empty()) return;
  Message& message = moment.effects.Send(peers);
  message.sent_ms = moment.now_ms();
  message.body = RefsRequest{.infos = OwnWord(moment), .keys = {}};
}

// One who is known, so that statements spread; and somebody among the keys, so that newcomers are found.
void Arachnode::Gossip(const RingMoment& moment) {
  gossip_at_ = moment.now + moment.rings().gossip_interval;
  std::vector<const RingInfo*> known = book_.All();
  std::vector<RingInfo> words = OwnWord(moment);
  std::vector<PeerId> partners;
  if (!known.empty()) partners.push_back(known[moment.random.Below(known.size())]->peer);
  Key256 drawn;
  moment.random.Fill(drawn.bytes);
  const Key256 key = Splice(moment.self_id(), drawn, TakenRing(*place_));
  for (const PeerId near : moment.Nearest(key, 1)) {
    if (partners.empty() || partners.back() != near) partners.push_back(near);
  }
  std::sort(known.begin(), known.end(), [](const RingInfo* a, const RingInfo* b) {
    return a->issued_ms != b->issued_ms ? a->issued_ms > b->issued_ms : a->peer < b->peer;
  });
  for (const RingInfo* info : known) {
    if (words.size() < kNewsTold) words.push_back(*info);
  }
  for (const PeerId partner : partners) {
    questions_.Ask(moment, partner, Asker::kGossip, 0,
                   RefsRequest{.infos = words, .keys = {{moment.self_id(), 0}}});
  }
}

std::vector<RingInfo> Arachnode::WordsAbout(const RingMoment& moment,
                                            std::span<const KeyedRevision> keys) {
  std::vector<RingInfo> words = OwnWord(moment);
  for (const KeyedRevision& each : keys) {
    for (const RingInfo* info : book_.HoldersOf(each.key)) {
      if (words.size() == limits::kRingInfosMax) return words;
      const bool told = std::any_of(words.begin(), words.end(),
                                    [&](const RingInfo& word) { return word.peer == info->peer; });
      if (!told) words.push_back(*info);
    }
  }
  return words;
}

// Whoever searches goes from the most granular ring inward, and most of the inner ones it knows.
std::vector<RingInfo> Arachnode::Referrals(const RingMoment& moment, const Key256& key) {
  std::vector<RingInfo> words = OwnWord(moment);
  const std::vector<const RingInfo*> holders = book_.HoldersOf(key);
  const size_t count = std::min(holders.size(), kReferred);
  for (size_t i = 0; i < count; ++i) words.push_back(*holders[holders.size() - 1 - i]);
  return words;
}

// ---- what others ask ----

void Arachnode::OnArrival(const RingMoment& moment, const Repository& repository, PeerId from,
                          const Message& message) {
  const Body& body = message.body;
  const bool knew_rings = knows_rings();
  if (const auto* refs = std::get_if<RefsRequest>(&body)) {
    OnRefsRequest(moment, from, message.id, *refs);
  } else if (const auto* range = std::get_if<RangeRequest>(&body)) {
    OnRangeRequest(moment, from, message.id, *range);
  } else if (const auto* archive = std::get_if<ArchiveRequest>(&body)) {
    OnArchiveRequest(moment, from, message.id, *archive);
  } else if (const auto* store = std::get_if<ArchiveStore>(&body)) {
    OnArchiveStore(moment, from, message.id, *store);
  } else if (const auto* confirm = std::get_if<ConfirmRequest>(&body)) {
    OnConfirmRequest(moment, from, message.id, *confirm);
  } else if (const auto* digest = std::get_if<RangeDigestRequest>(&body)) {
    moment.Send(from, message.id, AnswerTo(*digest, shelf_));
  } else if (const auto* challenge = std::get_if<HoldingChallenge>(&body)) {
    OnHoldingChallenge(moment, from, message.id, *challenge);
  } else if (const std::optional<Question> question = questions_.Answered(from, message.id)) {
    OnAnswer(moment, *question, message);
  }
  if (book_.size() > 0) heard_until_ = moment.now + moment.config().absence_keep;
  if (!knew_rings && knows_rings() && repository.BlockCount() > 0) {
    repository.ForEachTip([&](const BlockId& block, const Tip&) { backlog_.push_back(block); });
    backlog_at_ = moment.now;
  }
  Advance(moment, repository);
}

// Without a number nobody waits for an answer: it was an announcement. Honest nodes ask a few times a minute.
void Arachnode::OnRefsRequest(const RingMoment& moment, PeerId from, uint64_t id,
                              const RefsRequest& request) {
  if (!refs_asked_.Allow(moment.now, from.value, kRefsTerms)) return;
  book_.LearnAll(moment, request.infos);
  if (id == 0) return;
  moment.Send(from, id, Refs{.infos = WordsAbout(moment, request.keys)});
}

void Arachnode::OnRangeRequest(const RingMoment& moment, PeerId from, uint64_t id,
                               const RangeRequest& request) const {
  const KeyRange range{request.prefix, request.bits};
  Range answer{.blocks = shelf_.Page(range, request.after, request.limit), .more = false};
  answer.more = answer.blocks.size() == request.limit;
  moment.Send(from, id, std::move(answer));
}

void Arachnode::OnHoldingChallenge(const RingMoment& moment, PeerId from, uint64_t id,
                                   const HoldingChallenge& challenge) {
  const Key256& key = challenge.block.key;
  // What is on its way to the disk was acknowledged as held; the read comes behind it.
  if (shelf_.Has({key, 1})) {
    return shelf_.Read(moment, {.use = ShelfTask::Use::kProved,
                                .key = key,
                                .peer = from,
                                .id = id,
                                .nonce = challenge.nonce});
  }
  moment.Send(
      from, id,
      HoldingProof{.block = challenge.block, .state = StateWithout(moment, key), .proof = {}});
}

// Whoever has it gives it, whether it answers for the key or not.
void Arachnode::OnArchiveRequest(const RingMoment& moment, PeerId from, uint64_t id,
                                 const ArchiveRequest& request) {
  if (shelf_.Find(request.key) != nullptr) {
    return shelf_.Read(moment, {.key = request.key, .peer = from, .id = id});
  }
  moment.Send(from, id,
              ArchiveReply{.key = request.key,
                           .state = StateWithout(moment, request.key),
                           .archive = {},
                           .infos = Referrals(moment, request.key)});
}

ArchiveState Arachnode::StateWithout(const RingMoment& moment, const Key256& key) const {
  const bool mine = lends() && Covers(moment.self_id(), AnsweredRing(*place_), key);
  return mine ? ArchiveState::kNotHeld : ArchiveState::kNotMine;
}

bool Arachnode::Takes(const RingMoment& moment, const Key256& key) const {
  return lends() && !choosing_ && Covers(moment.self_id(), TakenRing(*place_), key);
}

void Arachnode::OnArchiveStore(const RingMoment& moment, PeerId from, uint64_t id,
                               const ArchiveStore& store) {
  const KeyedRevision block{RingKeyOf(moment, store.archive.block), store.archive.revision};
  const auto answer = [&](StoreVerdict verdict) {
    moment.Send(from, id, ArchiveAck{.block = block, .verdict = verdict});
  };
  if (!Takes(moment, block.key)) return answer(StoreVerdict::kNotMine);
  if (shelf_.Has(block)) return answer(StoreVerdict::kHave);
  if (!IsProven(moment, store.archive)) {
    moment.effects.Observe(ArchiveRefused{.from = from, .key = block.key});
    return answer(StoreVerdict::kRefused);
  }
  const ShelfTask task{.peer = from, .id = id, .seen = store.seen, .inward = store.inward};
  if (!Keep(moment, task, store.archive)) answer(StoreVerdict::kFull);
}

bool Arachnode::Keep(const RingMoment& moment, const ShelfTask& task, const Archive& archive) {
  ShelfTask keyed = task;
  keyed.key = RingKeyOf(moment, archive.block);
  const bool fits = shelf_.Put(moment, keyed, archive, capacity_);
  refused_ = refused_ || !fits;
  return fits;
}

// The own word says for which keys this node may be counted on; what it does not have of them is missing.
void Arachnode::OnConfirmRequest(const RingMoment& moment, PeerId from, uint64_t id,
                                 const ConfirmRequest& request) {
  Confirm answer{.infos = OwnWord(moment), .missing = {}};
  for (const KeyedRevision& block : request.blocks) {
    const ShelfEntry* held = shelf_.Find(block.key);
    if (held == nullptr || held->revision < block.revision) answer.missing.push_back(block);
  }
  moment.Send(from, id, std::move(answer));
}

// ---- what others answer ----

void Arachnode::OnAnswer(const RingMoment& moment, const Question& question,
                         const Message& message) {
  const Body& body = message.body;
  if (const auto* refs = std::get_if<Refs>(&body)) {
    const std::vector<RingInfo> words = book_.LearnAll(moment, refs->infos);
    if (question.asker == Asker::kSampler) {
      sampler_.OnRefs(moment, question, words, book_, questions_);
    }
  } else if (const auto* range = std::get_if<Range>(&body)) {
    if (question.asker == Asker::kPull) pull_.OnRange(question, *range, book_, moment);
    if (question.asker == Asker::kRepair) repair_.OnRange(question, *range, shelf_);
  } else if (const auto* digest = std::get_if<RangeDigest>(&body)) {
    if (question.asker == Asker::kRepair) repair_.OnDigest(question, *digest, shelf_);
  } else if (const auto* proof = std::get_if<HoldingProof>(&body)) {
    if (question.asker == Asker::kChallenge) {
      OnChallenged(moment, challenges_.OnProof(question, *proof));
    }
  } else if (const auto* reply = std::get_if<ArchiveReply>(&body)) {
    book_.LearnAll(moment, reply->infos);
    if (question.asker == Asker::kSearch) {
      fetch_.OnArchive(moment, question, *reply, book_);
    } else {
      OnFetched(moment, question, *reply);
    }
  } else if (const auto* confirm = std::get_if<Confirm>(&body)) {
    OnConfirm(moment, question, *confirm);
  } else if (const auto* ack = std::get_if<ArchiveAck>(&body)) {
    if (question.asker == Asker::kSpreading) spreading_.OnAck(question, ack->verdict);
  } else {
    OnSilence(moment, question);
  }
}

void Arachnode::OnConfirm(const RingMoment& moment, const Question& question,
                          const Confirm& confirm) {
  book_.LearnAll(moment, confirm.infos);
  if (question.asker == Asker::kHandoff) {
    handoff_.OnConfirm(moment, question, confirm, WaysOfHandoff());
  } else if (question.asker == Asker::kSpreading) {
    spreading_.OnConfirm(question, confirm);
  } else if (question.asker == Asker::kSearch) {
    fetch_.OnConfirm(question, confirm);
  }
}

void Arachnode::OnFetched(const RingMoment& moment, const Question& question,
                          const ArchiveReply& reply) {
  const bool fills = question.asker == Asker::kFetch;
  if (!fills && question.asker != Asker::kRepairFetch) return;
  Wants& wants = fills ? pull_.wants() : repair_.wants();
  const KeyedRevision* wanted = wants.Find(question.number);
  if (wanted == nullptr) return;
  const Archive& archive = reply.archive;
  const bool fits = reply.state == ArchiveState::kHeld && reply.key == wanted->key &&
                    archive.revision >= wanted->revision &&
                    RingKeyOf(moment, archive.block) == wanted->key;
  const KeyedRevision came{wanted->key, archive.revision};
  if (fits && shelf_.Has(came)) return wants.OnFetched(question, true);
  const bool proven = fits && IsProven(moment, archive);
  if (fits && !proven) {
    moment.effects.Observe(ArchiveRefused{.from = question.peer, .key = wanted->key});
  }
  const bool kept = proven && Keep(moment, {.use = ShelfTask::Use::kPulled}, archive);
  wants.OnFetched(question, kept);
  if (!fills && proven && !kept) repair_.OnUnfit(questions_);
}

void Arachnode::OnSilence(const RingMoment& moment, const Question& question) {
  book_.Forget(question.peer);
  switch (question.asker) {
    case Asker::kSampler:
      return sampler_.OnSilence(moment, question, questions_);
    case Asker::kPull:
    case Asker::kFetch:
      return pull_.OnSilence(question);
    case Asker::kRepair:
    case Asker::kRepairFetch:
      return repair_.OnSilence(question);
    case Asker::kChallenge:
      return OnChallenged(moment, challenges_.OnSilence(question));
    case Asker::kSpreading:
      return spreading_.OnSilence(question);
    case Asker::kSearch:
      return fetch_.OnSilence(moment, question);
    case Asker::kGossip:
    case Asker::kJoin:
    case Asker::kHandoff:
      return;
  }
}

// Who said that it holds a block and does not is told of, and not counted on for a while; so is who lacks
// blocks of its ring again and again.
void Arachnode::OnChallenged(const RingMoment& moment, const std::optional<Challenges::End>& end) {
  if (!end.has_value()) return;
  using Verdict = Challenges::Verdict;
  const Challenges::Subject& subject = end->subject;
  const bool said_so =
      subject.why == Challenges::Why::kHandoff || subject.why == Challenges::Why::kSpreading;
  if (end->verdict == Verdict::kRefuted || (end->verdict == Verdict::kLacking && said_so)) {
    book_.Doubt(moment.now, subject.peer);
    moment.effects.Observe(ArchiveRefused{.from = subject.peer, .key = subject.block.key});
  } else if (end->verdict == Verdict::kLacking) {
    book_.NoteLack(moment.now, subject.peer);
  } else if (end->verdict == Verdict::kProven) {
    book_.NoteHeld(subject.peer);
  }
  handoff_.OnChallenged(*end);
  spreading_.OnChallenged(*end);
  vouching_.OnChallenged(moment, WaysOfVouching(), *end);
}

// ---- what the disk answers ----

void Arachnode::OnStored(const RingMoment& moment, const Repository& repository,
                         const Stored& stored) {
  const ShelfEnd end = shelf_.OnStored(moment, stored);
  if (end.task.kind == ShelfTask::Kind::kPut && end.task.revision > 0) OnKept(moment, end);
  if (end.task.kind == ShelfTask::Kind::kRead) OnRead(moment, end);
  Advance(moment, repository);
}

void Arachnode::OnKept(const RingMoment& moment, const ShelfEnd& end) {
  const ShelfTask& task = end.task;
  // A move that settled meanwhile has no place for it any more: the sender must not count on this node.
  const StoreVerdict taken =
      Takes(moment, task.key) ? StoreVerdict::kStored : StoreVerdict::kNotMine;
  const StoreVerdict refused = end.no_room ? StoreVerdict::kFull : StoreVerdict::kFailed;
  // A disk that is full below what is lent is a node that is full.
  refused_ = refused_ || end.no_room;
  if (task.peer != kNoPeer) {
    moment.Send(
        task.peer, task.id,
        ArchiveAck{.block = {task.key, task.revision}, .verdict = end.done ? taken : refused});
  }
  if (!end.done) return;
  handoff_.OnKept({task.key, task.revision});
  moment.effects.Observe(BlockHeld{.key = task.key,
                                   .block = end.archive.block,
                                   .revision = task.revision,
                                   .hash = end.archive.hash,
                                   .used = shelf_.settled_bytes()});
  if (task.use == ShelfTask::Use::kAsked) PassOn(moment, end);
}

// To both sides until spread_seen have it, and once inward (1.2.4); nobody waits for these.
void Arachnode::PassOn(const RingMoment& moment, const ShelfEnd& end) {
  if (!lends()) return;
  const auto seen = static_cast<uint8_t>(std::min(255, end.task.seen + 1));
  const uint8_t ring = AnsweredRing(*place_);
  std::vector<PeerId> sides;
  if (seen < moment.rings().spread_seen && ring != limits::kRingNone) {
    sides = book_.Beside(moment.self_id(), ring);
  }
  std::erase(sides, end.task.peer);
  if (!sides.empty()) {
    Message& message = moment.effects.Send(sides);
    message.sent_ms = moment.now_ms();
    message.body = ArchiveStore{.archive = end.archive, .seen = seen, .inward = true};
  }
  if (end.task.inward) return;
  const std::vector<const RingInfo*> holders = book_.HoldersOf(end.task.key);
  const bool inner = !holders.empty() && AnsweredRing(PlaceOf(*holders.front())) < ring;
  if (!inner || holders.front()->peer == end.task.peer) return;
  moment.Send(holders.front()->peer, 0,
              ArchiveStore{.archive = end.archive, .seen = seen, .inward = true});
}

void Arachnode::OnRead(const RingMoment& moment, const ShelfEnd& end) {
  const ShelfTask& task = end.task;
  switch (task.use) {
    case ShelfTask::Use::kPushed:
      if (!end.done) return;
      return moment.Send(task.peer, 0,
                         ArchiveStore{.archive = end.archive, .seen = UINT8_MAX, .inward = true});
    case ShelfTask::Use::kSought:
      return fetch_.OnRead(moment, static_cast<uint32_t>(task.id),
                           end.done ? end.archive : Archive());
    case ShelfTask::Use::kChecked:
      return OnChallenged(moment, challenges_.OnRead(moment, end, questions_));
    case ShelfTask::Use::kProved:
      return Prove(moment, end);
    case ShelfTask::Use::kAsked:
    case ShelfTask::Use::kPulled:
      break;
  }
  ArchiveReply reply{.key = task.key, .state = ArchiveState::kDamaged, .archive = {}, .infos = {}};
  if (end.done) {
    reply.state = ArchiveState::kHeld;
    reply.archive = end.archive;
  }
  moment.Send(task.peer, task.id, std::move(reply));
}

void Arachnode::Prove(const RingMoment& moment, const ShelfEnd& end) {
  HoldingProof proof{.block = {end.task.key, 0}, .state = ArchiveState::kDamaged, .proof = {}};
  if (end.done) {
    proof.block.revision = end.archive.revision;
    proof.state = ArchiveState::kHeld;
    proof.proof = HoldingProofOf(moment.context, end.archive, end.task.nonce, moment.self_id());
  }
  moment.Send(end.task.peer, end.task.id, proof);
}

}  // namespace core
