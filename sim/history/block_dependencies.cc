#include <map>
#include <string>
#include <utility>

#include "sim/history/key_dependencies.h"

namespace sim {
namespace {

constexpr uint32_t kNobody = UINT32_MAX;

struct Put {
  uint32_t transaction = 0;
  uint32_t content = 0;
};

struct Read {
  uint32_t transaction = 0;
  uint32_t content = Micro::kAnyContent;
};

// What is known about one revision of one block.
struct Revision {
  std::vector<Put> puts;   // That certainly happened.
  std::vector<Put> maybe;  // Of transactions whose outcome is unknown.
  std::vector<Put> failed;
  std::vector<Read> reads;  // Gets, and puts of the next revision.
};

using Place = std::pair<uint32_t, uint32_t>;  // Key and revision.

class Blocks {
 public:
  Blocks(const TransactionHistory& history, Dependencies& dependencies)
      : history_(history), out_(dependencies) {}

  void Infer() {
    for (uint32_t i = 0; i < history_.transactions.size(); ++i) Note(i);
    for (const auto& [place, revision] : revisions_) writers_[place] = Judge(place, revision);
    for (const auto& [place, revision] : revisions_) Link(place, revision);
  }

 private:
  void Note(uint32_t index) {
    const Transaction& transaction = history_.transactions[index];
    const bool happened = transaction.outcome == Call::Outcome::kOk;
    std::map<Place, uint32_t> own;  // Content of what this transaction put.
    for (const Micro& micro : transaction.micros) {
      if (micro.kind == Micro::Kind::kPut) {
        const Place made{micro.key, micro.revision + 1};
        const bool base_is_own = !own.try_emplace(made, micro.element).second ||
                                 own.contains({micro.key, micro.revision});
        Revision& revision = revisions_[made];
        auto& puts = happened                                        ? revision.puts
                     : transaction.outcome == Call::Outcome::kFailed ? revision.failed
                                                                     : revision.maybe;
        puts.push_back({index, micro.element});
        if (happened && !base_is_own)
          revisions_[{micro.key, micro.revision}].reads.push_back({index, Micro::kAnyContent});
      } else if (micro.kind == Micro::Kind::kGet && micro.known && happened) {
        if (own.contains({micro.key, micro.revision})) continue;
        revisions_[{micro.key, micro.revision}].reads.push_back({index, micro.element});
      }
    }
  }

  [[nodiscard]] std::string Name(const Place& place) const {
    return "block " + VisibleText(history_.keys.TextOf(place.first)) + " revision " +
           std::to_string(place.second);
  }

  void Report(const char* name, std::string about, std::vector<uint32_t> transactions) {
    out_.anomalies.push_back({name, std::move(about), std::move(transactions), {}});
  }

  static bool Same(uint32_t told, uint32_t content) {
    return told == Micro::kAnyContent || told == content;
  }

  // The writer of the revision, if it is certain.
  uint32_t Judge(const Place& place, const Revision& revision) {
    uint32_t writer = revision.puts.empty() ? kNobody : revision.puts[0].transaction;
    for (const Put& put : revision.puts) {
      // A put of what is there already succeeds as a retry, so the same content proves nothing.
      if (put.content != revision.puts[0].content) {
        Report("two-writers", Name(place) + ": two transactions that happened wrote it",
               {revision.puts[0].transaction, put.transaction});
      }
      if (put.transaction != revision.puts[0].transaction) writer = kNobody;
    }
    // Only one can have made what was read.
    if (revision.puts.empty() && revision.maybe.size() == 1 && !revision.reads.empty())
      writer = revision.maybe[0].transaction;
    for (const Read& read : revision.reads) JudgeRead(place, revision, read);
    return writer;
  }

  void JudgeRead(const Place& place, const Revision& revision, const Read& read) {
    if (place.second == 0) return;
    const auto made_by = [&](const std::vector<Put>& puts) {
      for (const Put& put : puts) {
        if (Same(read.content, put.content)) return put.transaction;
      }
      return kNobody;
    };
    if (made_by(revision.puts) != kNobody || made_by(revision.maybe) != kNobody) return;
    const uint32_t failed = made_by(revision.failed);
    if (failed != kNobody) {
      Report("G1a", Name(place) + ": a transaction read it of one that failed",
             {failed, read.transaction});
    } else {
      Report("garbage", Name(place) + ": a transaction read what nobody wrote", {read.transaction});
    }
  }

  [[nodiscard]] uint32_t WriterOf(const Place& place) const {
    const auto writer = writers_.find(place);
    return writer == writers_.end() ? kNobody : writer->second;
  }

  void Link(const Place& place, const Revision& revision) {
    const uint32_t writer = WriterOf(place);
    const uint32_t next = WriterOf({place.first, place.second + 1});
    Add(writer, next, EdgeKind::kWriteWrite, {place.first, place.second + 1});
    for (const Read& read : revision.reads) {
      Add(writer, read.transaction, EdgeKind::kWriteRead, place);
      Add(read.transaction, next, EdgeKind::kReadWrite, {place.first, place.second + 1});
    }
  }

  void Add(uint32_t from, uint32_t to, EdgeKind kind, const Place& place) {
    if (from == to || from == kNobody || to == kNobody) return;
    out_.edges.push_back({from, to, kind, place.first, place.second, true});
  }

  const TransactionHistory& history_;
  Dependencies& out_;
  std::map<Place, Revision> revisions_;
  std::map<Place, uint32_t> writers_;
};

}  // namespace

void InferFromBlocks(const TransactionHistory& history, Dependencies& dependencies) {
  Blocks(history, dependencies).Infer();
}

}  // namespace sim
