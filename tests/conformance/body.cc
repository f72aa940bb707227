#include "tests/conformance/body.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "core/base/hash.h"
#include "core/crypto/sodium_suite.h"
#include "core/matchmaking/keys.h"
#include "core/port/names.h"
#include "sim/world/block_user.h"

namespace conformance {
namespace {

using Lines = std::vector<std::string>;

struct Match {
  uint32_t peer = 0;
  core::Role seek = core::Role::kWorker;
  size_t want = 0;
};

// Who takes part in a topic, as the scenario says.
struct Party {
  std::string name;
  std::map<uint32_t, size_t> workers;  // Their budgets.
  std::vector<Match> matches;
};

using Parties = std::map<core::Key256, Party>;

Parties PartiesOf(const sim::Scenario& scenario, const Cast& cast) {
  const core::SodiumSuite suite;
  core::Context context;
  context.suite = &suite;
  context.network = cast.network;
  Parties parties;
  for (const sim::Operation& operation : scenario.workload) {
    for (uint32_t i = 0; i < operation.who.Count(); ++i) {
      const uint32_t peer = operation.who.At(i).value;
      if (const auto* work = std::get_if<core::WorkCommand>(&operation.command)) {
        Party& party = parties[core::HashTopic(context, work->topic)];
        party.name = work->topic.kind + "/" + work->topic.label;
        party.workers[peer] = work->budget;
      } else if (const auto* match = std::get_if<core::MatchCommand>(&operation.command)) {
        Party& party = parties[core::HashTopic(context, match->topic)];
        party.name = match->topic.kind + "/" + match->topic.label;
        party.matches.push_back({peer, match->seek, match->want});
      }
    }
  }
  return parties;
}

std::set<uint32_t> CandidatesFor(const Party& party, const Match& match) {
  std::set<uint32_t> candidates;
  if (match.seek == core::Role::kWorker) {
    for (const auto& [worker, budget] : party.workers) candidates.insert(worker);
  } else {
    for (const Match& other : party.matches) candidates.insert(other.peer);
  }
  candidates.erase(match.peer);
  return candidates;
}

// Rule 6: nobody has to be left out.
bool IsDetermined(const Party& party) {
  for (const Match& match : party.matches) {
    if (CandidatesFor(party, match).size() > match.want) return false;
  }
  return std::all_of(party.workers.begin(), party.workers.end(),
                     [&](const auto& worker) { return worker.second >= party.matches.size(); });
}

// What an account says of one match.
struct Ending {
  size_t finished = 0;
  core::MatchEnd end = core::MatchEnd::kLeft;
  size_t partners_told = 0;
  std::vector<std::pair<uint32_t, core::TaskId>> partners;

  [[nodiscard]] std::set<uint32_t> Partners() const {
    std::set<uint32_t> set;
    for (const auto& [partner, task] : partners) set.insert(partner);
    return set;
  }
};

Ending EndingOf(const Account& account, const core::Key256& topic, uint32_t peer) {
  Ending ending;
  for (const Report& report : account.reports) {
    if (report.peer != peer) continue;
    if (const auto* matched = std::get_if<core::Matched>(&report.what)) {
      if (matched->topic == topic) {
        ending.partners.emplace_back(matched->partner.value, matched->task);
      }
    } else if (const auto* finished = std::get_if<core::MatchFinished>(&report.what)) {
      if (finished->topic != topic) continue;
      ++ending.finished;
      ending.end = finished->end;
      ending.partners_told = finished->partners;
    }
  }
  return ending;
}

// Whether `partner` says that it has the task from `peer`.
bool Agrees(const Account& account, uint32_t partner, uint32_t peer, const core::TaskId& task) {
  return std::any_of(account.reports.begin(), account.reports.end(), [&](const Report& report) {
    if (report.peer != partner) return false;
    if (const auto* accepted = std::get_if<core::TaskAccepted>(&report.what)) {
      return accepted->task == task && accepted->matcher.value == peer;
    }
    const auto* matched = std::get_if<core::Matched>(&report.what);
    return matched != nullptr && matched->task == task && matched->partner.value == peer;
  });
}

std::string EndText(core::MatchEnd end) {
  switch (end) {
    case core::MatchEnd::kSatisfied:
      return "satisfied";
    case core::MatchEnd::kPatience:
      return "out of patience";
    case core::MatchEnd::kLeft:
      return "left";
  }
  return "unknown";
}

std::string PeerText(uint32_t peer) {
  return "peer " + std::to_string(peer);
}

std::string SetText(const std::set<uint32_t>& peers) {
  std::string text;
  for (const uint32_t peer : peers) text += (text.empty() ? "" : ",") + std::to_string(peer);
  return "{" + text + "}";
}

// ---- rules 1 to 4: each arm alone ----

void CheckJoins(const std::string& arm, const Account& account, size_t peers, Lines& lines) {
  std::vector<size_t> joins(peers, 0);
  for (const Report& report : account.reports) {
    if (std::holds_alternative<core::Joined>(report.what)) ++joins[report.peer];
  }
  for (uint32_t peer = 0; peer < peers; ++peer) {
    if (joins[peer] == 1) continue;
    lines.push_back(arm + ": " + PeerText(peer) + " joined " + std::to_string(joins[peer]) +
                    " times, allowed once");
  }
}

void CheckConduct(const std::string& arm, const Account& account, Lines& lines) {
  for (const Report& report : account.reports) {
    const std::string who = arm + ": " + PeerText(report.peer) + " reports ";
    if (const auto* frame = std::get_if<core::BadFrame>(&report.what)) {
      lines.push_back(who + "a bad frame of " + PeerText(frame->from.value));
    } else if (const auto* record = std::get_if<core::RecordRefused>(&report.what)) {
      lines.push_back(who + "a refused record of " + PeerText(record->owner.value));
    } else if (const auto* fell = std::get_if<core::StandingFell>(&report.what)) {
      lines.push_back(who + "the lost standing of " + PeerText(fell->peer.value));
    }
  }
}

void CheckMatch(const std::string& arm, const Account& account, const core::Key256& topic,
                const Party& party, const Match& match, Lines& lines) {
  const std::string where = arm + ": " + party.name + ": " + PeerText(match.peer) + ": ";
  const Ending ending = EndingOf(account, topic, match.peer);
  if (ending.finished != 1) {
    lines.push_back(where + "ended " + std::to_string(ending.finished) + " times, allowed once");
    return;
  }
  const size_t count = ending.partners.size();
  const std::set<uint32_t> partners = ending.Partners();
  if (ending.partners_told != count) lines.push_back(where + "miscounts its partners");
  if (partners.size() != count) lines.push_back(where + "has a partner twice");
  if (count > match.want) lines.push_back(where + "has more partners than it wanted");
  if ((ending.end == core::MatchEnd::kSatisfied) != (count == match.want)) {
    lines.push_back(where + EndText(ending.end) + " with " + std::to_string(count) + " of " +
                    std::to_string(match.want) + " partners");
  }
  const std::set<uint32_t> candidates = CandidatesFor(party, match);
  for (const auto& [partner, task] : ending.partners) {
    if (!candidates.contains(partner)) {
      lines.push_back(where + PeerText(partner) + " does not take part in that role");
    } else if (!Agrees(account, partner, match.peer, task)) {
      lines.push_back(where + PeerText(partner) + " does not know of it");
    }
  }
}

void CheckAlone(const std::string& arm, const Account& account, const Parties& parties,
                size_t peers, Lines& lines) {
  for (const std::string& trouble : account.troubles) lines.push_back(arm + ": " + trouble);
  CheckJoins(arm, account, peers, lines);
  CheckConduct(arm, account, lines);
  for (const auto& [topic, party] : parties) {
    for (const Match& match : party.matches) {
      CheckMatch(arm, account, topic, party, match, lines);
    }
  }
}

// ---- rules 5 and 6: decisions ----

void CompareMatch(const core::Key256& topic, const Party& party, const Match& match,
                  const Account& simulated, const Account& real, Lines& lines) {
  const std::string where = party.name + ": " + PeerText(match.peer) + ": ";
  const Ending a = EndingOf(simulated, topic, match.peer);
  const Ending b = EndingOf(real, topic, match.peer);
  if (a.end != b.end) {
    lines.push_back(where + "simulator: " + EndText(a.end) + ", nodes: " + EndText(b.end));
  }
  if (a.partners.size() != b.partners.size()) {
    lines.push_back(where + "simulator: " + std::to_string(a.partners.size()) +
                    " partners, nodes: " + std::to_string(b.partners.size()));
  } else if (IsDetermined(party) && a.Partners() != b.Partners()) {
    lines.push_back(where + "simulator: partners " + SetText(a.Partners()) +
                    ", nodes: " + SetText(b.Partners()));
  }
}

// ---- rule 8: calls about blocks ----

using Calls = std::map<std::pair<uint32_t, uint64_t>, core::CallFinished>;  // By peer and number.

Calls CallsIn(const std::string& arm, const Account& account, Lines& lines) {
  Calls calls;
  for (const Report& report : account.reports) {
    const auto* call = std::get_if<core::CallFinished>(&report.what);
    if (call == nullptr || calls.emplace(std::pair(report.peer, call->request), *call).second) {
      continue;
    }
    lines.push_back(arm + ": " + PeerText(report.peer) + ": call " + std::to_string(call->request) +
                    " ended twice");
  }
  return calls;
}

// Blocks that several peers write at one moment.
std::set<core::BlockId> ContestedIn(const sim::Scenario& scenario, const Cast& cast) {
  const core::SodiumSuite suite;
  core::Context context;
  context.suite = &suite;
  context.network = cast.network;
  std::map<std::pair<core::BlockId, int64_t>, uint32_t> writers;
  for (const sim::Operation& operation : scenario.workload) {
    const bool reads = std::holds_alternative<core::GetCommand>(operation.command) ||
                       std::holds_alternative<core::RevisionCommand>(operation.command);
    if (!operation.on_blocks.has_value() || reads) continue;
    const core::BlockId block = sim::BlockNamed(context, operation.on_blocks->block);
    writers[{block, operation.at.us}] += operation.who.Count();
  }
  std::set<core::BlockId> contested;
  for (const auto& [at, count] : writers) {
    if (count > 1) contested.insert(at.first);
  }
  return contested;
}

// What a call's end claims. The revision that other ends mention is no claim.
std::string EndText(const core::CallFinished& call, bool contested) {
  std::string text(core::NameOf(call.outcome));
  const bool claims = call.outcome == core::CallOutcome::kCommitted ||
                      call.outcome == core::CallOutcome::kFound ||
                      call.outcome == core::CallOutcome::kStale;
  if (!claims || contested) return text;
  text += " revision " + std::to_string(call.revision) + (call.deleted ? ", deleted" : "");
  return text + ", hash " + std::to_string(core::WordOf(call.hash, 0));
}

void CompareCalls(const sim::Scenario& scenario, const Cast& cast, const Account& simulated,
                  const Account& real, Lines& lines) {
  const std::set<core::BlockId> contested = ContestedIn(scenario, cast);
  const Calls a = CallsIn("simulator", simulated, lines);
  const Calls b = CallsIn("nodes", real, lines);
  std::map<core::BlockId, std::pair<std::multiset<std::string>, std::multiset<std::string>>> races;
  for (const auto& [name, call] : a) {
    const std::string where = PeerText(name.first) + ": call " + std::to_string(name.second) + ": ";
    const auto other = b.find(name);
    if (contested.contains(call.block)) {
      races[call.block].first.insert(EndText(call, true));
    } else if (other == b.end()) {
      lines.push_back(where + "ended only in the simulator");
    } else if (EndText(call, false) != EndText(other->second, false)) {
      lines.push_back(where + "simulator: " + EndText(call, false) +
                      ", nodes: " + EndText(other->second, false));
    }
  }
  for (const auto& [name, call] : b) {
    if (contested.contains(call.block)) {
      races[call.block].second.insert(EndText(call, true));
    } else if (!a.contains(name)) {
      lines.push_back(PeerText(name.first) + ": call " + std::to_string(name.second) +
                      ": ended only on nodes");
    }
  }
  for (const auto& [block, ends] : races) {
    if (ends.first == ends.second) continue;
    std::string text = "a contested block: simulator:";
    for (const std::string& end : ends.first) text += " " + end;
    text += ", nodes:";
    for (const std::string& end : ends.second) text += " " + end;
    lines.push_back(std::move(text));
  }
}

// ---- rule 9: places in the storage rings ----

std::string PlaceText(const core::RingChanged& changed) {
  if (!changed.lends) return "none";
  const std::string ring = " ring " + std::to_string(changed.ring);
  const bool moves = changed.ring != changed.from;
  return std::string(core::NameOf(changed.status)) + ring +
         (moves ? " from " + std::to_string(changed.from) : "");
}

// What is told again, because something else about the place has changed, stands once.
std::map<uint32_t, Lines> PathsIn(const Account& account) {
  std::map<uint32_t, Lines> paths;
  const auto add = [&paths](uint32_t peer, const std::string& step) {
    Lines& path = paths[peer];
    if (path.empty() || path.back() != step) path.push_back(step);
  };
  for (const Report& report : account.reports) {
    if (const auto* changed = std::get_if<core::RingChanged>(&report.what)) {
      add(report.peer, PlaceText(*changed));
    } else if (const auto* filled = std::get_if<core::FillEnded>(&report.what)) {
      add(report.peer, filled->whole ? "filled" : "filled in part");
    } else if (const auto* handed = std::get_if<core::HandoffEnded>(&report.what)) {
      add(report.peer, handed->done ? "handed off" : "not handed off");
    }
  }
  return paths;
}

std::string PathText(const Lines& path) {
  std::string text;
  for (const std::string& step : path) text += (text.empty() ? "" : ", ") + step;
  return text.empty() ? "nowhere" : text;
}

void ComparePaths(const Account& simulated, const Account& real, size_t peers, Lines& lines) {
  const std::map<uint32_t, Lines> a = PathsIn(simulated);
  const std::map<uint32_t, Lines> b = PathsIn(real);
  for (uint32_t peer = 0; peer < peers; ++peer) {
    const Lines none;
    const auto in_a = a.find(peer);
    const auto in_b = b.find(peer);
    const Lines& path_a = in_a == a.end() ? none : in_a->second;
    const Lines& path_b = in_b == b.end() ? none : in_b->second;
    if (path_a == path_b) continue;
    lines.push_back("rings: " + PeerText(peer) + ": simulator: " + PathText(path_a) +
                    "; nodes: " + PathText(path_b));
  }
}

// ---- rule 7: states ----

template <typename Item, typename ToText>
void CompareLists(const std::string& where, const std::vector<Item>& simulated,
                  const std::vector<Item>& real, const ToText& to_text, Lines& lines) {
  const auto only_in = [&](const std::vector<Item>& a, const std::vector<Item>& b,
                           const std::string& arm) {
    for (const Item& item : a) {
      if (std::find(b.begin(), b.end(), item) != b.end()) continue;
      lines.push_back(where + "only " + arm + ": " + to_text(item));
    }
  };
  only_in(simulated, real, "in the simulator");
  only_in(real, simulated, "on nodes");
}

void CompareStates(const std::string& when, const std::vector<core::SettledState>& simulated,
                   const std::vector<core::SettledState>& real, const Cast& cast,
                   const Parties& parties, Lines& lines) {
  const auto peer_text = [&cast](const core::NodeId& id) {
    const auto found = std::find(cast.ids.begin(), cast.ids.end(), id);
    return found == cast.ids.end() ? "a stranger"
                                   : PeerText(static_cast<uint32_t>(found - cast.ids.begin()));
  };
  const auto topic_text = [&parties](const core::Key256& topic, core::Role role, int specificity) {
    const auto found = parties.find(topic);
    return (found == parties.end() ? "an unknown topic" : found->second.name) +
           (role == core::Role::kWorker ? " worker" : " matcher") + " at specificity " +
           std::to_string(specificity);
  };
  if (simulated.size() != real.size()) lines.push_back(when + ": another number of peers");
  for (uint32_t peer = 0; peer < std::min(simulated.size(), real.size()); ++peer) {
    const core::SettledState& a = simulated[peer];
    const core::SettledState& b = real[peer];
    const std::string where = when + ": " + PeerText(peer) + ": ";
    if (a.joined != b.joined) lines.push_back(where + "joined in one arm only");
    CompareLists(
        where + "contact ", a.contacts, b.contacts,
        [&](const core::NodeId& id) { return peer_text(id); }, lines);
    CompareLists(
        where + "open topic ", a.topics, b.topics,
        [&](const core::OpenTopic& open) {
          return topic_text(open.topic, open.role, open.specificity) + ", " +
                 std::to_string(open.tasks) + " tasks, " + std::to_string(open.partners.size()) +
                 " partners";
        },
        lines);
    CompareLists(
        where + "held record ", a.holdings, b.holdings,
        [&](const core::Holding& held) {
          return topic_text(held.topic, held.role, held.specificity) + " of " +
                 peer_text(held.owner);
        },
        lines);
    CompareLists(
        where + "held block ", a.blocks, b.blocks,
        [](const core::HeldBlock& held) {
          return std::to_string(core::WordOf(held.block, 0)) + " at revision " +
                 std::to_string(held.revision) + (held.deleted ? ", deleted" : "") + ", hash " +
                 std::to_string(core::WordOf(held.hash, 0));
        },
        lines);
    CompareLists(
        where + "archive ", a.archives, b.archives,
        [](const core::KeyedRevision& held) {
          return std::to_string(core::WordOf(held.key, 0)) + " at revision " +
                 std::to_string(held.revision);
        },
        lines);
    if (a.place != b.place) lines.push_back(where + "another place in the rings");
    if (a.pends != b.pends) lines.push_back(where + "another number of pends");
    if (a == b && a.Digest() != b.Digest()) lines.push_back(where + "the digests differ");
  }
}

}  // namespace

std::vector<std::string> Obstacles(const sim::Scenario& scenario) {
  Lines lines;
  const auto refuse = [&lines](bool found, const std::string& what) {
    if (found) lines.push_back("found " + what);
  };
  refuse(scenario.warm, "a warm bootstrap");
  refuse(scenario.modelled_crypto, "modelled cryptography");
  refuse(!scenario.faults.empty() || !scenario.swarm.draw.empty(), "faults");
  refuse(!scenario.plant.empty(), "planted bugs");
  for (const sim::Group& group : scenario.groups) {
    refuse(group.churn.on, "churn");
    refuse(!group.adversary.role.empty(), "an adversary");
    refuse(group.clock.offset.us != 0 || group.clock.drift_ppm != 0, "clocks that are off");
    refuse(group.reachability_ppm.size() > 1, "reachability by shares");
  }
  for (const sim::Operation& operation : scenario.workload) {
    refuse(operation.spread.us != 0 || operation.every.us != 0, "spread or repeated operations");
    refuse(operation.random_target, "random targets");
    const bool drawn = operation.on_blocks.has_value() &&
                       operation.on_blocks->blocks != operation.on_blocks->writes;
    refuse(drawn, "blocks that are drawn");
  }
  std::set<std::pair<std::string, uint32_t>> parts;
  for (const sim::Operation& operation : scenario.workload) {
    const auto* work = std::get_if<core::WorkCommand>(&operation.command);
    const auto* match = std::get_if<core::MatchCommand>(&operation.command);
    if (work == nullptr && match == nullptr) continue;
    const core::Topic& topic = work != nullptr ? work->topic : match->topic;
    for (uint32_t i = 0; i < operation.who.Count(); ++i) {
      const uint32_t peer = operation.who.At(i).value;
      refuse(!parts.emplace(topic.kind + "/" + topic.label, peer).second,
             PeerText(peer) + " twice in " + topic.kind + "/" + topic.label);
    }
  }
  return lines;
}

std::vector<std::string> Disagreements(const sim::Scenario& scenario, const Cast& cast,
                                       const Account& simulated, const Account& real) {
  Lines lines;
  const Parties parties = PartiesOf(scenario, cast);
  CheckAlone("simulator", simulated, parties, cast.ids.size(), lines);
  CheckAlone("nodes", real, parties, cast.ids.size(), lines);
  CompareStates("before the first operation", simulated.ready, real.ready, cast, parties, lines);
  for (const auto& [topic, party] : parties) {
    for (const Match& match : party.matches) {
      CompareMatch(topic, party, match, simulated, real, lines);
    }
  }
  CompareCalls(scenario, cast, simulated, real, lines);
  ComparePaths(simulated, real, cast.ids.size(), lines);
  CompareStates("at the end", simulated.settled, real.settled, cast, parties, lines);
  return lines;
}

}  // namespace conformance
