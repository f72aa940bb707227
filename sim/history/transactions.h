// The model transactions: calls `txn` whose value is a list of small operations on several keys, read into plain data.
//
// A key is a list (append, r) or a block (put, delete, get), never both. An element is appended to a list once in a history: what a
// read shows then says who wrote it. Forms in docs/history_format.md. Thread rule: plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/history/history.h"
#include "sim/history/text_index.h"
#include "sim/scenario/findings.h"

namespace sim {

// One operation of a transaction.
struct Micro {
  // kPut is a delete as well; kGet and kReadList with known == false say nothing.
  enum class Kind : uint8_t { kAppend, kReadList, kPut, kGet };

  static constexpr uint32_t kAnyContent = UINT32_MAX;

  Kind kind = Kind::kAppend;
  bool known = false;
  uint32_t key = 0;
  uint32_t element = 0;            // kAppend: index among the texts. kPut, kGet: the content.
  uint32_t revision = 0;           // kPut: its base. kGet: what was read.
  std::vector<uint32_t> elements;  // kReadList.
};

struct Transaction {
  uint32_t call = 0;  // Index in History::calls.
  uint32_t invoked = 0;
  uint32_t ended = kNeverEnded;
  Call::Outcome outcome = Call::Outcome::kUnknown;
  std::vector<Micro> micros;
};

struct TransactionHistory {
  std::vector<Transaction> transactions;  // As the calls.
  TextIndex keys;                         // As compact JSON.
  TextIndex texts;  // Elements as compact JSON; contents as JSON texts; "null": no content.
};

// Empty: the findings say what breaks the form.
[[nodiscard]] std::optional<TransactionHistory> ReadTransactions(const History& history,
                                                                 Findings& findings);

}  // namespace sim
