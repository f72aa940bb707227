#include "sim/observe/checkers/collection_checkers.h"

#include <string>
#include <utility>

#include "core/collections/log.h"
#include "core/collections/replay.h"
#include "core/collections/tree.h"

namespace sim {
namespace {

constexpr std::string_view kFamily = "collections";

core::Draft ViewOf(const WorldView& world, const core::BlockId& header,
                   const CommittedCollections::Contents& contents) {
  return core::Draft(*world.context().suite, contents.blocks, header);
}

std::string At(uint64_t sequence) {
  return "committed, at sequence " + std::to_string(sequence);
}

}  // namespace

void ContentsChecker::OnFact(const WorldView& world, const Fact& fact) {
  for (const core::BlockId& changed : committed_.OnFact(world, fact)) {
    Judge(world, changed, committed_.all().at(changed));
  }
}

void ContentsChecker::OnUserFact(const WorldView&, const UserFact& fact) {
  committed_.OnUserFact(fact);
}

void ContentsChecker::Violated(const WorldView& world, const core::BlockId& header,
                               std::string expected, const core::Status& found) {
  Violate([&] {
    return Violation{world.Now(), core::kNoPeer, "collection " + Short(header), std::move(expected),
                     std::string(core::MessageOf(found))};
  });
}

LogChainChecker::LogChainChecker()
    : ContentsChecker({.id = "CO-1",
                       .title = "a log's chain is broken",
                       .family = kFamily,
                       .scope = CheckScope::kEveryCheckpoint,
                       .cost = CheckCost::kModerate,
                       .statement = "the sequence of a log is dense, its chain of hashes intact, "
                                    "and no action stands in it twice"}) {}

void LogChainChecker::OnCheckpoint(const WorldView& world) {
  for (const core::BlockId& header : std::exchange(changed_, {})) {
    core::Draft view = ViewOf(world, header, committed_.all().at(header));
    const auto found = view.Header();
    // One block is no chain.
    if (found.has_value() && found->head != found->tail) Premise();
    const core::Status status = core::CheckLog(view);
    if (!status.ok()) Violated(world, header, "an intact log", status);
  }
}

void LogChainChecker::OnEnd(const WorldView& world) {
  OnCheckpoint(world);
}

TreeRulesChecker::TreeRulesChecker()
    : ContentsChecker({.id = "CO-2",
                       .title = "a tree breaks the rules of a B+tree",
                       .family = kFamily,
                       .cost = CheckCost::kModerate,
                       .statement = "after every commit a tree's nodes are filled, ordered, "
                                    "equally deep and reached once"}) {}

void TreeRulesChecker::Judge(const WorldView& world, const core::BlockId& header,
                             const Contents& contents) {
  if (contents.kind != core::CollectionKind::kTree) return;
  core::Draft view = ViewOf(world, header, contents);
  const auto shape = core::CheckTree(view);
  if (!shape.ok()) return Violated(world, header, "a B+tree", shape.status());
  // A lone leaf has no rules.
  if (shape->leaves > 1) Premise();
}

ReplayChecker::ReplayChecker()
    : ContentsChecker({.id = "CO-3",
                       .title = "a tree is not what its log makes",
                       .family = kFamily,
                       .scope = CheckScope::kAtTheEnd,
                       .cost = CheckCost::kModerate,
                       .statement = "the log of a tree, played onto nothing, makes the tree, block "
                                    "for block"}) {}

void ReplayChecker::OnEnd(const WorldView& world) {
  for (const auto& [header, contents] : committed_.all()) {
    if (contents.kind != core::CollectionKind::kTree || contents.commits == 0) continue;
    Premise();
    core::Draft view = ViewOf(world, header, contents);
    const core::Status status = core::CheckReplay(view);
    if (!status.ok()) Violated(world, header, "the tree that the log makes", status);
  }
}

EntryChecker::EntryChecker()
    : ContentsChecker({.id = "CO-4",
                       .title = "a collection lost an entry, or has one that nobody made",
                       .family = kFamily,
                       .scope = CheckScope::kAtTheEnd,
                       .statement = "clients that create a collection at once end with one header; "
                                    "its log holds what they were told is committed, and nothing "
                                    "that was refused; an action over several is in all logs"}) {}

void EntryChecker::OnUserFact(const WorldView& world, const UserFact& fact) {
  ContentsChecker::OnUserFact(world, fact);
  if (const auto* begun = std::get_if<ActionBegun>(&fact.what)) {
    begun_[begun->collection][begun->action].peer = fact.peer;
  } else if (const auto* ended = std::get_if<ActionEnded>(&fact.what)) {
    Action& action = begun_[ended->collection][ended->report.id];
    action = {fact.peer, true, ended->report.end, ended->report.sequence};
  }
}

// Of an action that stands twice, which is CO-1's matter, the first entry.
EntryChecker::Log EntryChecker::ReadLog(core::Draft& view) {
  Log log;
  core::LogReader reader(0, core::Direction::kForward);
  while (const auto entry = reader.Next(view)) {
    const auto* action = std::get_if<core::LogAction>(&entry->body);
    if (action != nullptr) log.emplace(action->id, Entry{entry->sequence, action->collections});
  }
  return log;
}

void EntryChecker::OnEnd(const WorldView& world) {
  std::map<core::BlockId, Log> logs;
  for (const auto& [header, contents] : committed_.all()) {
    core::Draft view = ViewOf(world, header, contents);
    logs[header] = ReadLog(view);
    if (contents.creators.size() > 1) Premise();
  }
  for (const auto& [header, actions] : begun_) Compare(world, header, actions, logs[header]);
  CompareShared(world, logs);
}

void EntryChecker::CompareShared(const WorldView& world, const std::map<core::BlockId, Log>& logs) {
  for (const auto& [header, log] : logs) {
    for (const auto& [id, entry] : log) {
      for (const core::BlockId& other : entry.collections) {
        Premise();
        const auto shared = logs.find(other);
        if (shared != logs.end() && shared->second.contains(id)) continue;
        Blame(world, other, id, core::kNoPeer, "in the log, as in that of " + Short(header),
              "not in the log");
      }
    }
  }
}

void EntryChecker::Compare(const WorldView& world, const core::BlockId& header,
                           const Actions& begun, const Log& log) {
  for (const auto& [id, action] : begun) {
    // Damaged: its user was told that a log cannot be read, and so it is for whoever checks.
    if (!action.ended || action.end == core::ActionEnd::kDamaged) continue;
    const auto entry = log.find(id);
    const std::string found = entry == log.end() ? "not in the log" : At(entry->second.sequence);
    const bool committed = action.end == core::ActionEnd::kCommitted;
    const bool right = committed ? entry != log.end() && entry->second.sequence == action.sequence
                                 : entry == log.end();
    if (right) continue;
    Blame(world, header, id, action.peer,
          committed ? At(action.sequence) : "not in the log, for its user was told so", found);
  }
  for (const auto& [id, entry] : log) {
    if (begun.contains(id)) continue;
    Blame(world, header, id, core::kNoPeer, "an action that somebody began", At(entry.sequence));
  }
}

void EntryChecker::Blame(const WorldView& world, const core::BlockId& header,
                         const core::ActionId& action, core::PeerId peer, std::string expected,
                         std::string found) {
  Violate([&] {
    return Violation{
        world.Now(), peer,
        "collection " + Short(header) + "  action " + Short(core::TaskId{action.bytes}),
        std::move(expected), std::move(found)};
  });
}

ReadSetChecker::ReadSetChecker()
    : ContentsChecker({.id = "CO-5",
                       .title = "an action read what was not so, or does not say where it read",
                       .family = kFamily,
                       .scope = CheckScope::kAtTheEnd,
                       .cost = CheckCost::kModerate,
                       .statement = "what an action looked up in leaves that it did not write was "
                                    "so where its entry stands, and the entry names the leaves"}) {}

void ReadSetChecker::OnEnd(const WorldView& world) {
  for (const auto& [header, contents] : committed_.all()) {
    if (contents.kind != core::CollectionKind::kTree || contents.commits == 0) continue;
    core::Draft view = ViewOf(world, header, contents);
    const auto lookups = core::CheckReads(view);
    if (!lookups.ok()) {
      Violated(world, header, "read sets that hold", lookups.status());
      continue;
    }
    for (size_t i = 0; i < *lookups; ++i) Premise();
  }
}

std::vector<std::unique_ptr<Checker>> MakeCollectionCheckers() {
  std::vector<std::unique_ptr<Checker>> checkers;
  checkers.push_back(std::make_unique<LogChainChecker>());
  checkers.push_back(std::make_unique<TreeRulesChecker>());
  checkers.push_back(std::make_unique<ReplayChecker>());
  checkers.push_back(std::make_unique<EntryChecker>());
  checkers.push_back(std::make_unique<ReadSetChecker>());
  return checkers;
}

}  // namespace sim
