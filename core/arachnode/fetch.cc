#include "core/arachnode/fetch.h"

#include <algorithm>

#include "core/arachnode/archive_proof.h"
#include "core/port/names.h"

namespace core {
namespace {

constexpr std::string_view kWords[] = {"unasked", "asked",  "not held", "held",
                                       "later",   "silent", "nothing"};

constexpr size_t kContactsMax = 256;  // Known to one search, of which it asks fetch_contacts.

// Whoever is known lends and answers for nothing yet: the rings are being made.
bool AreEmpty(const RingBook& book) {
  const std::vector<const RingInfo*> all = book.All();
  return !all.empty() && std::all_of(all.begin(), all.end(), [](const RingInfo* info) {
    return AnsweredRing(PlaceOf(*info)) == limits::kRingNone;
  });
}

}  // namespace

void Fetch::Find(const RingMoment& moment, const WantedBlock& wanted, uint8_t outermost) {
  const auto shared = std::find_if(open_.begin(), open_.end(), [&](const Search& search) {
    return search.block == wanted.block;
  });
  if (shared != open_.end()) {
    shared->to_make = shared->to_make && wanted.to_make;
    const bool known = shared->known > 0 && wanted.known > 0;
    shared->known = known ? std::max(shared->known, wanted.known) : 0;
    return;
  }
  const Miss* miss = misses_.Find(wanted.block);
  const bool remembered = miss != nullptr && miss->until > moment.now;
  // Whoever is about to make a block has more to lose by an answer that says nothing.
  if (remembered && (miss->end == FetchEnd::kAbsent || !wanted.to_make)) {
    return ended_.push_back({.block = wanted.block, .end = miss->end, .archive = {}});
  }
  if (open_.size() >= kOpenMax) {
    return ended_.push_back({.block = wanted.block, .end = FetchEnd::kUnknown, .archive = {}});
  }
  open_.push_back({.number = ++last_,
                   .block = wanted.block,
                   .key = RingKeyOf(moment, wanted.block),
                   .to_make = wanted.to_make,
                   .known = wanted.known,
                   .outermost = outermost,
                   .started = moment.now,
                   .until = moment.now + moment.rings().fetch_time,
                   .contacts = {},
                   .best = {}});
}

// ---- whom to ask ----

Fetch::Contact* Fetch::ContactOf(Search& search, PeerId peer) {
  const auto found = std::find_if(search.contacts.begin(), search.contacts.end(),
                                  [&](const Contact& contact) { return contact.peer == peer; });
  return found == search.contacts.end() ? nullptr : &*found;
}

// The holders that are known, the own shelf first; behind them others near the key, who may know a holder.
void Fetch::Seed(const RingMoment& moment, const RingBook& book, const Shelf& shelf,
                 Search& search) {
  search.seeded = true;
  if (shelf.Find(search.key) != nullptr) {
    search.contacts.push_back({.peer = moment.self, .ring = limits::kRingMax});
  }
  for (const RingInfo* info : book.HoldersOf(search.key)) Add(moment, search, *info);
  if (search.outermost < limits::kRingMax) return;  // Whose ring is not known may be in any.
  std::vector<PeerId> others;
  for (const RingInfo* info : book.All()) {
    if (ContactOf(search, info->peer) == nullptr) others.push_back(info->peer);
  }
  const Directory& directory = *moment.context.directory;
  std::sort(others.begin(), others.end(), [&](PeerId a, PeerId b) {
    return Nearer(search.key, directory.NodeIdOf(a), directory.NodeIdOf(b));
  });
  const auto width = static_cast<size_t>(moment.rings().fetch_width);
  others.resize(std::min(others.size(), width));
  for (const PeerId near : moment.Nearest(search.key, width)) {
    const bool known = std::find(others.begin(), others.end(), near) != others.end();
    if (!known && ContactOf(search, near) == nullptr) others.push_back(near);
  }
  for (const PeerId other : others) search.contacts.push_back({.peer = other});
}

// A holder of the key, to be asked before those further inward and those further from the key.
void Fetch::Add(const RingMoment& moment, Search& search, const RingInfo& info) {
  const Directory& directory = *moment.context.directory;
  const NodeId& id = directory.NodeIdOf(info.peer);
  const uint8_t ring = AnsweredRing(PlaceOf(info));
  if (!Covers(id, ring, search.key) || ring > search.outermost) return;
  if (Contact* known = ContactOf(search, info.peer)) {
    // It was to be asked as a stranger. Who says itself that the key is none of its own knows better.
    if (!known->covers() && known->word != Word::kNothing) known->ring = ring;
    return;
  }
  if (search.contacts.size() >= kContactsMax) return;
  const auto behind =
      std::find_if(search.contacts.begin(), search.contacts.end(), [&](const Contact& contact) {
        if (!contact.covers() || contact.ring != ring)
          return !contact.covers() || contact.ring < ring;
        return Nearer(search.key, id, directory.NodeIdOf(contact.peer));
      });
  search.contacts.insert(behind, {.peer = info.peer, .ring = ring});
}

// Strangers only while no holder has answered: whoever answers names the others that it knows.
Fetch::Contact* Fetch::Next(const RingMoment& moment, Search& search) {
  if (search.asked >= moment.rings().fetch_contacts) return nullptr;
  Contact* next = nullptr;
  bool answered = !search.best.empty();
  for (Contact& contact : search.contacts) {
    if (contact.word == Word::kLater) return &contact;
    answered = answered || (contact.covers() && contact.word == Word::kNotHeld);
    const bool asks = contact.word == Word::kUnasked && (contact.covers() || !answered);
    if (next == nullptr && asks) next = &contact;
  }
  return next;
}

void Fetch::Ask(const RingMoment& moment, Search& search, Contact& contact, Shelf& shelf,
                Questions& questions) {
  const bool compares = !search.best.empty() && contact.word == Word::kUnasked;
  contact.word = Word::kAsked;
  ++search.open;
  if (contact.peer == moment.self) {
    return shelf.Read(moment, {.kind = ShelfTask::Kind::kRead,
                               .use = ShelfTask::Use::kSought,
                               .key = search.key,
                               .id = search.number});
  }
  ++search.asked;
  if (compares) {
    const KeyedRevision later{search.key, search.best.revision + 1};
    return questions.Ask(moment, contact.peer, Asker::kSearch, search.number,
                         ConfirmRequest{.blocks = {later}});
  }
  questions.Ask(moment, contact.peer, Asker::kSearch, search.number,
                ArchiveRequest{.key = search.key});
}

void Fetch::Advance(const RingMoment& moment, const RingBook& book, Shelf& shelf,
                    Questions& questions) {
  for (Search& search : open_) {
    if (!search.seeded) Seed(moment, book, shelf, search);
    const bool over = IsOver(moment, search);
    while (!over && search.open < moment.rings().fetch_width) {
      Contact* next = Next(moment, search);
      if (next == nullptr) break;
      Ask(moment, search, *next, shelf, questions);
    }
    if (over || search.open == 0) End(moment, book, search);
  }
  std::erase_if(open_, [](const Search& search) { return search.number == 0; });
}

// ---- what they say ----

Fetch::Search* Fetch::SearchOf(uint32_t number) {
  const auto found = std::find_if(open_.begin(), open_.end(),
                                  [&](const Search& search) { return search.number == number; });
  return found == open_.end() ? nullptr : &*found;
}

Fetch::Contact* Fetch::Waited(Search* search, PeerId from) {
  if (search == nullptr) return nullptr;
  for (Contact& contact : search->contacts) {
    if (contact.peer != from || contact.word != Word::kAsked) continue;
    --search->open;
    return &contact;
  }
  return nullptr;
}

// What is not newer than what was found needs no proof: it is not taken.
Fetch::Word Fetch::Judge(const RingMoment& moment, Search& search, PeerId from,
                         const Archive& archive) {
  if (archive.block != search.block) return Word::kNothing;
  if (archive.revision <= search.best.revision) return Word::kHeld;
  if (!IsProven(moment, archive)) {
    moment.effects.Observe(ArchiveRefused{.from = from, .key = search.key});
    return Word::kNothing;
  }
  search.best = archive;
  return Word::kHeld;
}

void Fetch::OnArchive(const RingMoment& moment, const Question& question, const ArchiveReply& reply,
                      const RingBook& book) {
  Search* search = SearchOf(question.number);
  Contact* contact = Waited(search, question.peer);
  if (contact == nullptr) return;
  contact->word = Word::kNothing;
  if (reply.key != search->key) return;
  if (reply.state == ArchiveState::kHeld) {
    contact->word = Judge(moment, *search, question.peer, reply.archive);
  } else if (reply.state == ArchiveState::kNotHeld) {
    contact->word = Word::kNotHeld;
  } else if (reply.state == ArchiveState::kNotMine) {
    // It has moved or left, and would have given the block if it had it: no holder of the key any more.
    contact->ring = limits::kRingNone;
  }
  for (const RingInfo& info : reply.infos) {
    const bool known = book.Find(info.peer) != nullptr;
    if (info.peer != moment.self && (known || IsGenuine(moment, info))) {
      Add(moment, *search, known ? *book.Find(info.peer) : info);
    }
  }
}

void Fetch::OnConfirm(const Question& question, const Confirm& confirm) {
  Contact* contact = Waited(SearchOf(question.number), question.peer);
  if (contact != nullptr) contact->word = confirm.missing.empty() ? Word::kLater : Word::kHeld;
}

void Fetch::OnSilence(const RingMoment& moment, const Question& question) {
  Contact* contact = Waited(SearchOf(question.number), question.peer);
  if (contact == nullptr) return;
  contact->word = Word::kSilent;
  if (contact->covers()) doubts_until_ = moment.now + moment.config().absence_keep;
}

void Fetch::OnRead(const RingMoment& moment, uint32_t number, const Archive& archive) {
  Search* search = SearchOf(number);
  Contact* contact = Waited(search, moment.self);
  if (contact == nullptr) return;
  contact->word = archive.empty() ? Word::kNothing : Judge(moment, *search, moment.self, archive);
}

// ---- the end ----

bool Fetch::IsOver(const RingMoment& moment, Search& search) {
  if (moment.now >= search.until) return true;
  if (search.known > 0 && search.best.revision >= search.known) return true;
  const auto not_held = std::count_if(
      search.contacts.begin(), search.contacts.end(),
      [](const Contact& contact) { return contact.covers() && contact.word == Word::kNotHeld; });
  return search.to_make && search.best.empty() && not_held >= moment.rings().floor;
}

FetchEnd Fetch::EndOf(const RingMoment& moment, const RingBook& book, const Search& search) const {
  if (!search.best.empty()) return FetchEnd::kFound;
  int holders = 0;
  int not_held = 0;
  int unasked = 0;
  int silent = 0;
  for (const Contact& contact : search.contacts) {
    if (!contact.covers()) continue;
    ++holders;
    not_held += contact.word == Word::kNotHeld ? 1 : 0;
    unasked += contact.word == Word::kUnasked ? 1 : 0;
    silent += contact.word == Word::kSilent ? 1 : 0;
  }
  // Where a key has more holders than may be asked, those that were asked speak for the others.
  const bool asked_all = unasked == 0 || search.asked >= moment.rings().fetch_contacts;
  // The book forgets who is silent, so that a silence counts for the next searches too.
  const int floor = moment.rings().floor;
  const int needed = moment.now < doubts_until_ ? floor : 1;
  const bool agreed = not_held >= needed && not_held + unasked + silent == holders;
  const bool few = silent == 0 || silent < std::max(floor, not_held);
  if (agreed && asked_all && few) return FetchEnd::kAbsent;
  if (holders == 0 && AreEmpty(book)) return FetchEnd::kAbsent;
  // A key that nobody is known to answer for must not keep anybody from making its blocks.
  const bool spared = search.to_make && (holders == 0 || not_held >= floor);
  return spared ? FetchEnd::kSpared : FetchEnd::kUnknown;
}

void Fetch::End(const RingMoment& moment, const RingBook& book, Search& search) {
  const FetchEnd end = EndOf(moment, book, search);
  moment.effects.Observe(FetchEnded{.block = search.block,
                                    .key = search.key,
                                    .end = end,
                                    .revision = search.best.revision,
                                    .contacts = search.asked,
                                    .took = moment.now - search.started});
  if (end == FetchEnd::kFound) {
    for (const Contact& contact : search.contacts) {
      if (!contact.covers() || contact.word != Word::kNotHeld) continue;
      moment.Send(contact.peer, 0,
                  ArchiveStore{.archive = search.best, .seen = UINT8_MAX, .inward = true});
    }
    misses_.Erase(search.block);
  } else if (end != FetchEnd::kSpared) {
    if (misses_.size() >= kMissesMax) {
      misses_.EraseIf([&](const BlockId&, const Miss& miss) { return miss.until <= moment.now; });
    }
    if (misses_.size() >= kMissesMax) misses_.Clear();
    *misses_.Insert(search.block).first = {end, moment.now + moment.rings().absent_keep};
  }
  ended_.push_back({.block = search.block, .end = end, .archive = std::move(search.best)});
  search.number = 0;
}

Time Fetch::NextDeadline() const {
  return open_.empty() ? Time::Never() : open_.front().until;
}

// ---- state ----

void Fetch::CollectPeers(PeerSet& peers) const {
  for (const Search& search : open_) {
    for (const Contact& contact : search.contacts) peers.Add(contact.peer);
  }
}

template <typename State>
void Fetch::Tell(State& state) const {
  state.Add("last number", last_);
  state.Add("doubts until", doubts_until_);
  for (const Search& search : open_) {
    state.Part("search", [&] {
      state.Add("number", search.number);
      state.Add("block", search.block);
      state.Add("to make", search.to_make);
      state.Add("outermost", search.outermost);
      state.Add("seeded", search.seeded);
      state.Add("known", search.known);
      state.Add("started", search.started);
      state.Add("until", search.until);
      state.Add("asked", search.asked);
      state.Add("open", search.open);
      state.Add("found revision", search.best.revision);
      for (const Contact& contact : search.contacts) {
        state.Part("contact", [&] {
          state.Add("peer", contact.peer);
          state.Add("ring", contact.ring);
          state.Add("word", contact.word, kWords);
        });
      }
    });
  }
  misses_.ForEach([&](const BlockId& block, const Miss& miss) {
    state.Part("miss", [&] {
      state.Add("block", block);
      state.Add("end", miss.end);
      state.Add("until", miss.until);
    });
  });
}

void Fetch::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Fetch::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Fetch::HeapBytes() const {
  size_t bytes = open_.capacity() * sizeof(Search) + misses_.HeapBytes();
  for (const Search& search : open_) {
    bytes += search.contacts.capacity() * sizeof(Contact) + search.best.value.capacity();
  }
  return bytes;
}

}  // namespace core
