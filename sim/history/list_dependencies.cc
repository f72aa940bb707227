#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "core/base/flat_table.h"
#include "sim/history/key_dependencies.h"

namespace sim {
namespace {

constexpr uint32_t kNobody = UINT32_MAX;

struct Append {
  uint32_t transaction = kNobody;
  bool last = false;  // Of its transaction to this key.
};

// A read of a list as its transaction began: without what itself had appended.
struct Read {
  uint32_t transaction = 0;
  std::vector<uint32_t> elements;
};

struct List {
  std::vector<uint32_t> appended;  // Elements of transactions that certainly happened.
  std::vector<Read> reads;
};

class Lists {
 public:
  Lists(const TransactionHistory& history, Dependencies& dependencies)
      : history_(history), out_(dependencies) {}

  void Infer() {
    for (uint32_t i = 0; i < history_.transactions.size(); ++i) NoteAppends(i);
    for (uint32_t i = 0; i < history_.transactions.size(); ++i) NoteReads(i);
    for (const auto& [key, list] : lists_) InferKey(key, list);
  }

 private:
  static uint64_t Place(uint32_t key, uint32_t element) { return uint64_t{key} << 32 | element; }

  [[nodiscard]] const Append& AppendOf(uint32_t key, uint32_t element) const {
    static const Append kNone;
    const Append* append = appends_.Find(Place(key, element));
    return append == nullptr ? kNone : *append;
  }

  [[nodiscard]] bool Happened(uint32_t transaction) const {
    return history_.transactions[transaction].outcome == Call::Outcome::kOk;
  }

  [[nodiscard]] std::string Key(uint32_t key) const {
    return "list " + VisibleText(history_.keys.TextOf(key));
  }

  [[nodiscard]] std::string Element(uint32_t element) const {
    return VisibleText(history_.texts.TextOf(element));
  }

  void Report(const char* name, std::string about, std::vector<uint32_t> transactions) {
    out_.anomalies.push_back({name, std::move(about), std::move(transactions), {}});
  }

  void NoteAppends(uint32_t index) {
    const Transaction& transaction = history_.transactions[index];
    for (size_t i = 0; i < transaction.micros.size(); ++i) {
      const Micro& micro = transaction.micros[i];
      if (micro.kind != Micro::Kind::kAppend) continue;
      const bool again =
          std::any_of(transaction.micros.begin() + static_cast<ptrdiff_t>(i) + 1,
                      transaction.micros.end(), [&](const Micro& later) {
                        return later.kind == Micro::Kind::kAppend && later.key == micro.key;
                      });
      *appends_.Insert(Place(micro.key, micro.element)).first = {index, !again};
      if (Happened(index)) lists_[micro.key].appended.push_back(micro.element);
    }
  }

  void NoteReads(uint32_t index) {
    if (!Happened(index)) return;
    const Transaction& transaction = history_.transactions[index];
    std::map<uint32_t, std::vector<uint32_t>> own;    // Appended so far, by key.
    std::map<uint32_t, std::vector<uint32_t>> begun;  // What the first read says was there, by key.
    for (const Micro& micro : transaction.micros) {
      if (micro.kind == Micro::Kind::kAppend) own[micro.key].push_back(micro.element);
      if (micro.kind != Micro::Kind::kReadList || !micro.known) continue;
      std::vector<uint32_t> there = micro.elements;
      const std::vector<uint32_t>& mine = own[micro.key];
      const bool ends_with_own =
          there.size() >= mine.size() && std::equal(mine.rbegin(), mine.rend(), there.rbegin());
      if (ends_with_own) there.resize(there.size() - mine.size());
      const auto [first, fresh] = begun.try_emplace(micro.key, there);
      if (!ends_with_own || first->second != there) {
        Report("internal",
               Key(micro.key) + ": a read contradicts what the same transaction did before",
               {index});
      }
      if (fresh) AddRead(micro.key, {index, std::move(there)});
    }
  }

  void AddRead(uint32_t key, Read read) {
    std::vector<uint32_t> sorted = read.elements;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end())
      Report("duplicate", Key(key) + ": a read has " + Element(*twice) + " twice",
             {read.transaction});
    for (const uint32_t element : read.elements) JudgeElement(key, element, read.transaction);
    if (!read.elements.empty()) {
      const Append& last = AppendOf(key, read.elements.back());
      if (last.transaction != kNobody && !last.last && last.transaction != read.transaction) {
        Report("G1b",
               Key(key) + ": a read ends with " + Element(read.elements.back()) +
                   ", which its transaction did not leave as the last",
               {last.transaction, read.transaction});
      }
    }
    lists_[key].reads.push_back(std::move(read));
  }

  void JudgeElement(uint32_t key, uint32_t element, uint32_t reader) {
    const Append& append = AppendOf(key, element);
    if (append.transaction == kNobody) {
      Report("garbage", Key(key) + ": a read has " + Element(element) + ", which nobody appended",
             {reader});
    } else if (history_.transactions[append.transaction].outcome == Call::Outcome::kFailed) {
      Report("G1a", Key(key) + ": a read has " + Element(element) + " of a transaction that failed",
             {append.transaction, reader});
    }
  }

  void InferKey(uint32_t key, const List& list) {
    if (list.reads.empty()) return;
    const Read& longest = *std::max_element(
        list.reads.begin(), list.reads.end(),
        [](const Read& a, const Read& b) { return a.elements.size() < b.elements.size(); });
    const std::vector<uint32_t>& order = longest.elements;
    for (size_t i = 0; i + 1 < order.size(); ++i)
      Add(Writer(key, order[i]), Writer(key, order[i + 1]), EdgeKind::kWriteWrite, key,
          order[i + 1]);
    std::vector<uint32_t> known = order;
    std::sort(known.begin(), known.end());
    std::vector<uint32_t> unread;
    for (const uint32_t element : list.appended) {
      if (!std::binary_search(known.begin(), known.end(), element)) unread.push_back(element);
    }
    for (const uint32_t element : unread) {
      if (order.empty()) break;
      Add(Writer(key, order.back()), Writer(key, element), EdgeKind::kWriteWrite, key, element);
    }
    for (const Read& read : list.reads) InferRead(key, read, longest, unread);
  }

  void InferRead(uint32_t key, const Read& read, const Read& longest,
                 const std::vector<uint32_t>& unread) {
    const std::vector<uint32_t>& order = longest.elements;
    const size_t size = read.elements.size();
    if (!std::equal(read.elements.begin(), read.elements.end(), order.begin())) {
      Report("incompatible-order", Key(key) + ": two reads have the elements in different orders",
             {read.transaction, longest.transaction});
      return;
    }
    if (size > 0)
      Add(Writer(key, order[size - 1]), read.transaction, EdgeKind::kWriteRead, key,
          order[size - 1]);
    if (size < order.size()) {
      Add(read.transaction, Writer(key, order[size]), EdgeKind::kReadWrite, key, order[size]);
      return;
    }
    for (const uint32_t element : unread)
      Add(read.transaction, Writer(key, element), EdgeKind::kReadWrite, key, element);
  }

  [[nodiscard]] uint32_t Writer(uint32_t key, uint32_t element) const {
    const uint32_t writer = AppendOf(key, element).transaction;
    if (writer == kNobody) return kNobody;
    const bool failed = history_.transactions[writer].outcome == Call::Outcome::kFailed;
    return failed ? kNobody : writer;
  }

  void Add(uint32_t from, uint32_t to, EdgeKind kind, uint32_t key, uint32_t element) {
    if (from == to || from == kNobody || to == kNobody) return;
    out_.edges.push_back({from, to, kind, key, element, false});
  }

  const TransactionHistory& history_;
  Dependencies& out_;
  core::FlatTable<uint64_t, Append> appends_;
  std::map<uint32_t, List> lists_;  // By key.
};

}  // namespace

void InferFromLists(const TransactionHistory& history, Dependencies& dependencies) {
  Lists(history, dependencies).Infer();
}

}  // namespace sim
