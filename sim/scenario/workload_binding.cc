// Binding of the workload section.
#include <algorithm>
#include <vector>

#include "sim/scenario/binding.h"
#include "sim/scenario/conform.h"
#include "sim/scenario/section.h"

namespace sim {
namespace {

enum class Verb : uint8_t {
  kMatch,
  kWork,
  kLeave,
  kLookup,
  kPut,
  kDelete,
  kGet,
  kRevision,
  kTransact,
  kLend,
  kVote,
  kAppend,
  kInsert,
  kErase
};

void ReadList(const JsonValue& object, std::string_view key, core::StringList& field) {
  const JsonValue* list = Good(object, key);
  if (list == nullptr) return;
  for (const JsonValue& item : list->items) {
    if (item.good) field.Add(item.text);
  }
}

core::Topic ReadTopic(const JsonValue& value) {
  const JsonValue* topic = Good(value, "topic");
  return topic == nullptr ? core::Topic{} : BindTopic(*topic);
}

core::MatchCommand Match(const JsonValue& value) {
  core::MatchCommand command;
  command.topic = ReadTopic(value);
  Read(value, "want", command.want);
  Read(value, "patience", command.patience);
  ReadList(value, "capabilities", command.capabilities);
  // The table lists "matchers" first.
  if (const JsonValue* seek = Good(value, "seek")) {
    command.seek = seek->number == 0 ? core::Role::kMatcher : core::Role::kWorker;
  }
  if (const JsonValue* filter = Good(value, "filter")) {
    ReadList(*filter, "must", command.filter.must);
    ReadList(*filter, "must_not", command.filter.must_not);
    Read(*filter, "min_budget", command.filter.min_budget);
  }
  return command;
}

core::WorkCommand Work(const JsonValue& value) {
  core::WorkCommand command;
  command.topic = ReadTopic(value);
  Read(value, "budget", command.budget);
  ReadList(value, "capabilities", command.capabilities);
  return command;
}

uint8_t Nibble(char digit) {
  return static_cast<uint8_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

core::LookupCommand Lookup(const JsonValue& value, Operation& operation) {
  core::LookupCommand command;
  const JsonValue* target = Good(value, "target");
  operation.random_target = target == nullptr || target->text == "random";
  if (operation.random_target) return command;
  for (size_t i = 0; i < command.target.bytes.size(); ++i) {
    const uint8_t high = Nibble(target->text[2 * i]);
    const uint8_t low = Nibble(target->text[2 * i + 1]);
    command.target.bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return command;
}

core::LendCommand Lend(const JsonValue& value) {
  core::LendCommand command;
  Read(value, "capacity", command.bytes);
  return command;
}

VoteOperation Vote(const JsonValue& value) {
  VoteOperation vote;
  Read(value, "election", vote.election);
  Read(value, "voters", vote.voters);
  Read(value, "opens", vote.opens);
  Read(value, "closes", vote.closes);
  Read(value, "choices", vote.choices);
  Read(value, "unitary", vote.unitary);
  return vote;
}

BlockOperation OnBlocks(const JsonValue& value) {
  BlockOperation operation;
  Read(value, "block", operation.block);
  Read(value, "blocks", operation.blocks);
  Read(value, "writes", operation.writes);
  Read(value, "size", operation.bytes);
  Read(value, "revision", operation.revision);
  Read(value, "tries", operation.tries);
  if (const JsonValue* base = Good(value, "base")) {
    operation.base = static_cast<uint64_t>(base->number);
  }
  return operation;
}

CollectionOperation OnCollection(const JsonValue& value, CollectionOperation::Kind kind) {
  CollectionOperation operation;
  operation.kind = kind;
  if (operation.OnTree()) operation.bytes = 32;
  Read(value, "collection", operation.collection);
  Read(value, "keys", operation.keys);
  Read(value, "count", operation.count);
  Read(value, "absent", operation.absent);
  Read(value, "size", operation.bytes);
  return operation;
}

// The kinds in the order of the tables.
CollectionOperation::Kind KindOf(Verb verb) {
  const int kind = static_cast<int>(verb) - static_cast<int>(Verb::kAppend);
  return static_cast<CollectionOperation::Kind>(kind);
}

std::vector<CollectionOperation> OnCollections(const JsonValue& value, Verb verb) {
  std::vector<CollectionOperation> operations = {OnCollection(value, KindOf(verb))};
  const JsonValue* also = Good(value, "also");
  if (also == nullptr) return operations;
  for (const JsonValue& part : also->items) {
    const JsonValue* kind = Good(part, "do");
    if (!part.good || kind == nullptr) continue;
    operations.push_back(OnCollection(part, static_cast<CollectionOperation::Kind>(kind->number)));
  }
  return operations;
}

void BindCommand(const JsonValue& value, Verb verb, Operation& operation) {
  switch (verb) {
    case Verb::kMatch:
      operation.command = Match(value);
      return;
    case Verb::kWork:
      operation.command = Work(value);
      return;
    case Verb::kLeave:
      operation.command = core::LeaveCommand{ReadTopic(value)};
      return;
    case Verb::kLookup:
      operation.command = Lookup(value, operation);
      return;
    case Verb::kPut:
      operation.command = core::PutCommand{};
      break;
    case Verb::kDelete:
      operation.command = core::DeleteCommand{};
      break;
    case Verb::kGet:
      operation.command = core::GetCommand{};
      break;
    case Verb::kRevision:
      operation.command = core::RevisionCommand{};
      break;
    case Verb::kTransact:
      operation.command = core::TransactCommand{};
      break;
    case Verb::kAppend:
    case Verb::kInsert:
    case Verb::kErase:
      operation.command = core::TransactCommand{};
      operation.on_collections = OnCollections(value, verb);
      return;
    case Verb::kLend:
      operation.command = Lend(value);
      return;
    case Verb::kVote:
      operation.command = core::VoteCommand{};
      operation.vote = Vote(value);
      return;
  }
  operation.on_blocks = OnBlocks(value);
}

// Of a member that is not there nothing is found.
void Refuse(const JsonValue& value, const std::string& path, std::string_view key,
            const std::string& allowed, Findings& findings) {
  const JsonValue* member = Good(value, key);
  if (member != nullptr)
    findings.Add({member->at, Join(path, key), DescribeValue(*member), allowed, ""});
}

// A transaction writes each block once, and all that it writes fits into one.
void CheckBlocks(const JsonValue& value, const std::string& path, const Operation& operation,
                 Findings& findings) {
  if (!operation.on_blocks.has_value()) return;
  const BlockOperation& blocks = *operation.on_blocks;
  if (blocks.writes > blocks.blocks) {
    Refuse(value, path, "writes", "at most blocks, which is " + std::to_string(blocks.blocks),
           findings);
  }
  if (uint64_t{blocks.bytes} * blocks.writes > core::limits::kTransactionBytesMax) {
    Refuse(value, path, "size",
           "at most " + FormatQuantity(core::limits::kTransactionBytesMax, Measure::kSize) +
               " over all writes",
           findings);
  }
}

void CheckVote(const JsonValue& value, const std::string& path, const Operation& operation,
               Findings& findings) {
  if (!operation.vote.has_value() || operation.vote->closes > operation.vote->opens) return;
  Refuse(value, path, "closes",
         "a time after opens, which is " +
             FormatQuantity(operation.vote->opens.us, Measure::kDuration),
         findings);
}

// Judges one part of an action after the other.
class CollectionCheck {
 public:
  explicit CollectionCheck(Binding& binding) : binding_(binding) {}

  void Check(const JsonValue& value, const std::string& path, const CollectionOperation& mine) {
    const auto refuse = [&](std::string_view key, const std::string& allowed) {
      Refuse(value, path, key, allowed, binding_.findings);
    };
    CheckKeys(mine, refuse);
    const auto same = [&](const CollectionOperation* part) {
      return part->collection == mine.collection;
    };
    if (std::any_of(parts_.begin(), parts_.end(), same)) {
      refuse("collection", "a collection that the same action does nothing else in");
    } else if (UsedOtherwise(mine)) {
      refuse("collection", mine.OnTree() ? "a tree; an operation before this one appends to it"
                                         : "a diary; an operation before this one edits it");
    }
    parts_.push_back(&mine);
  }

 private:
  // An action draws different keys.
  template <typename Refuse>
  static void CheckKeys(const CollectionOperation& mine, const Refuse& refuse) {
    const auto most = std::min(mine.keys, CollectionOperation::kKeysMax);
    if (mine.count > most) return refuse("count", "at most keys, which is " + std::to_string(most));
    if (mine.count + mine.absent <= most) return;
    const std::string left = std::to_string(most - mine.count);
    refuse("absent", "at most " + left + ", so that there are as many keys with those of count");
  }

  // A collection is a diary or a tree.
  [[nodiscard]] bool UsedOtherwise(const CollectionOperation& mine) const {
    for (const Operation& other : binding_.scenario.workload) {
      for (const CollectionOperation& theirs : other.on_collections) {
        if (theirs.collection == mine.collection && theirs.OnTree() != mine.OnTree()) return true;
      }
    }
    return false;
  }

  Binding& binding_;
  std::vector<const CollectionOperation*> parts_;  // Of the action, already judged.
};

void CheckCollections(const JsonValue& value, const std::string& path, const Operation& operation,
                      Binding& binding) {
  if (operation.on_collections.empty()) return;
  CollectionCheck check(binding);
  check.Check(value, path, operation.on_collections[0]);
  const JsonValue* also = Good(value, "also");
  if (also == nullptr) return;
  size_t part = 1;
  for (size_t i = 0; i < also->items.size(); ++i) {
    const JsonValue& item = also->items[i];
    if (!item.good || Good(item, "do") == nullptr) continue;
    check.Check(item, Join(Join(path, "also"), i), operation.on_collections[part++]);
  }
}

class OperationTimes {
 public:
  OperationTimes(const JsonValue& value, const std::string& path, Binding& binding)
      : value_(value), path_(path), binding_(binding) {}

  void Bind(Operation& operation) {
    Read(value_, "at", operation.at);
    Read(value_, "spread", operation.spread);
    BindShares(operation);
    Read(value_, "every", operation.every);
    const Duration end = binding_.scenario.duration;
    if (operation.every.us != 0) operation.until = end;
    Read(value_, "until", operation.until);
    if (const JsonValue* until = Good(value_, "until")) CheckUntil(*until, operation);
    if (end.us == 0) return;
    const std::string end_text = FormatQuantity(end.us, Measure::kDuration);
    Refuse("at", operation.at >= end, "a time before the end of the run at " + end_text);
    Refuse("spread", operation.at < end && operation.at + operation.spread > end,
           "a spread that is over by the end of the run at " + end_text);
    Refuse("until", operation.until > end, "a time up to the end of the run at " + end_text);
  }

 private:
  void BindShares(Operation& operation) {
    const JsonValue* shares = Good(value_, "shares");
    if (shares == nullptr || shares->items.empty()) return;
    uint64_t sum = 0;
    for (const JsonValue& share : shares->items) {
      if (!share.good) return;
      operation.shares.push_back(static_cast<uint32_t>(share.number));
      sum += operation.shares.back();
    }
    Refuse("shares", sum == 0, "at least one share above 0");
    Refuse("shares", operation.spread.us == 0, "shares only beside a spread");
  }

  void CheckUntil(const JsonValue& until, const Operation& operation) {
    if (value_.Find("every") == nullptr) {
      binding_.findings.Add({until.at, Join(path_, "until"), "\"until\" without \"every\"",
                             "\"until\" only beside \"every\"", ""});
    } else if (operation.until < operation.at) {
      binding_.findings.Add(
          {until.at, Join(path_, "until"), DescribeValue(until), "a time not before \"at\"", ""});
    }
  }

  void Refuse(std::string_view key, bool wrong, const std::string& allowed) {
    const JsonValue* member = Good(value_, key);
    if (!wrong || member == nullptr) return;
    binding_.findings.Add({member->at, Join(path_, key), DescribeValue(*member), allowed, ""});
  }

  const JsonValue& value_;
  const std::string& path_;
  Binding& binding_;
};

}  // namespace

core::Topic BindTopic(const JsonValue& value) {
  const size_t slash = value.text.find('/');
  if (slash == std::string::npos) return {"work", value.text};
  return {value.text.substr(0, slash), value.text.substr(slash + 1)};
}

void BindWorkload(const JsonValue& top, Binding& binding) {
  const JsonValue* workload = Good(top, "workload");
  if (workload == nullptr) return;
  for (size_t i = 0; i < workload->items.size(); ++i) {
    const JsonValue& item = workload->items[i];
    const JsonValue* verb = Good(item, "do");
    if (!item.good) continue;
    const std::string path = Join("workload", i);
    Operation operation;
    OperationTimes(item, path, binding).Bind(operation);
    if (const JsonValue* who = Good(item, "who")) {
      operation.who = BindPeers(*who, Join(path, "who"), binding.names, binding.findings);
    }
    if (verb == nullptr) continue;
    BindCommand(item, static_cast<Verb>(verb->number), operation);
    CheckBlocks(item, path, operation, binding.findings);
    CheckCollections(item, path, operation, binding);
    CheckVote(item, path, operation, binding.findings);
    binding.scenario.workload.push_back(std::move(operation));
  }
}

}  // namespace sim
