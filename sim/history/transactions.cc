#include "sim/history/transactions.h"

#include <charconv>
#include <string>
#include <utility>

#include "core/base/flat_table.h"

namespace sim {
namespace {

constexpr char kForms[] =
    R"(["append", KEY, ELEMENT], ["r", KEY, null], ["put", KEY, BASE, TEXT], ["delete", KEY, BASE] or ["get", KEY, null])";

class TransactionReader {
 public:
  explicit TransactionReader(Findings& findings) : findings_(findings) {}

  bool Take(const Call& call, uint32_t index) {
    const FilePosition invoke{0, call.invoked, 1};
    if (call.function != "txn") return Refuse(invoke, "f", Quoted(call.function), R"("txn")");
    Transaction transaction{index, call.invoked, call.ended, call.outcome, {}};
    if (!IsList(call.argument))
      return RefuseValue(call.argument, call.invoked, "a list of operations");
    const bool ok = call.outcome == Call::Outcome::kOk;
    if (ok && (!IsList(call.answer) || call.answer->items.size() != call.argument->items.size())) {
      return RefuseValue(call.answer, call.ended,
                         "the list of the invoke in line " + std::to_string(call.invoked) +
                             " with its reads filled in");
    }
    if (ok && call.result.has_value() && call.result->kind != JsonValue::Kind::kNull)
      return Refuse(call.result->at, "result", DescribeValue(*call.result),
                    "no result for \"txn\"");
    for (size_t i = 0; i < call.argument->items.size(); ++i) {
      const JsonValue* told = ok ? &call.answer->items[i] : nullptr;
      if (!TakeMicro(call.argument->items[i], told, transaction)) return false;
    }
    history_.transactions.push_back(std::move(transaction));
    return true;
  }

  TransactionHistory Finish() { return std::move(history_); }

 private:
  static bool IsList(const std::optional<JsonValue>& value) {
    return value.has_value() && value->kind == JsonValue::Kind::kList;
  }

  bool Refuse(FilePosition at, std::string path, std::string found, std::string allowed) {
    findings_.Add({at, std::move(path), std::move(found), std::move(allowed), ""});
    return false;
  }

  bool RefuseValue(const std::optional<JsonValue>& value, uint32_t line, std::string allowed) {
    if (value.has_value()) return Refuse(*value, std::move(allowed));
    return Refuse({0, line, 1}, "value", "nothing", std::move(allowed));
  }

  bool Refuse(const JsonValue& value, std::string allowed) {
    const std::string found =
        value.kind == JsonValue::Kind::kList ? "a list of other operations" : DescribeValue(value);
    return Refuse(value.at, "value", found, std::move(allowed));
  }

  bool TakeMicro(const JsonValue& asked, const JsonValue* told, Transaction& transaction) {
    if (asked.kind != JsonValue::Kind::kList || asked.items.size() < 2 ||
        asked.items[0].kind != JsonValue::Kind::kText) {
      return Refuse(asked.at, "value", DescribeValue(asked), kForms);
    }
    const std::string& name = asked.items[0].text;
    const JsonValue& key = asked.items[1];
    if (key.kind != JsonValue::Kind::kText && key.kind != JsonValue::Kind::kInteger)
      return Refuse(key.at, "value", DescribeValue(key), "a text or an integer as key");
    Micro micro;
    micro.key = history_.keys.IndexOf(CanonicalJson(key));
    const bool reads = name == "r" || name == "get";
    const bool fits = reads ? TakeRead(asked, told, micro) : TakeWrite(name, asked, told, micro);
    if (!fits || !KindFits(asked, micro)) return false;
    transaction.micros.push_back(std::move(micro));
    return true;
  }

  bool TakeWrite(const std::string& name, const JsonValue& asked, const JsonValue* told,
                 Micro& micro) {
    const size_t size = asked.items.size();
    if (told != nullptr && CanonicalJson(*told) != CanonicalJson(asked))
      return Refuse(told->at, "value", "another operation than on the invoke line", "the same");
    micro.known = true;
    if (name == "append" && size == 3) return TakeAppend(asked.items[2], micro);
    micro.kind = Micro::Kind::kPut;
    if (name == "put" && size == 4 && asked.items[3].kind == JsonValue::Kind::kText) {
      micro.element = history_.texts.IndexOf(CanonicalJson(asked.items[3]));
    } else if (name == "delete" && size == 3) {
      micro.element = history_.texts.IndexOf("null");
    } else {
      return Refuse(asked.at, "value",
                    "an operation " + Quoted(name) + " of " + std::to_string(size) + " parts",
                    kForms);
    }
    return Natural(asked.items[2], micro.revision);
  }

  bool TakeAppend(const JsonValue& element, Micro& micro) {
    micro.element = history_.texts.IndexOf(CanonicalJson(element));
    const uint64_t place = uint64_t{micro.key} << 32 | micro.element;
    const auto [line, fresh] = appended_.Insert(place);
    if (!fresh) {
      return Refuse(element.at, "value",
                    history_.texts.TextOf(micro.element) + ", which line " + std::to_string(*line) +
                        " appends to this key too",
                    "each element once for a key");
    }
    *line = element.at.line;
    return true;
  }

  bool TakeRead(const JsonValue& asked, const JsonValue* told, Micro& micro) {
    const bool list = asked.items[0].text == "r";
    micro.kind = list ? Micro::Kind::kReadList : Micro::Kind::kGet;
    if (asked.items.size() > 3 ||
        (asked.items.size() == 3 && asked.items[2].kind != JsonValue::Kind::kNull)) {
      return Refuse(asked.at, "value", "a read with a value on the invoke line", kForms);
    }
    if (told == nullptr) return true;
    micro.known = true;
    if (told->kind != JsonValue::Kind::kList || told->items.size() != 3 ||
        CanonicalJson(told->items[0]) != CanonicalJson(asked.items[0]) ||
        CanonicalJson(told->items[1]) != CanonicalJson(asked.items[1])) {
      return Refuse(told->at, "value", "another operation than on the invoke line",
                    "the same with what was read");
    }
    return list ? TakeElements(told->items[2], micro) : TakeRevision(told->items[2], micro);
  }

  bool TakeElements(const JsonValue& list, Micro& micro) {
    if (list.kind == JsonValue::Kind::kNull) return true;
    if (list.kind != JsonValue::Kind::kList)
      return Refuse(list.at, "value", DescribeValue(list), "the list that was read");
    for (const JsonValue& element : list.items)
      micro.elements.push_back(history_.texts.IndexOf(CanonicalJson(element)));
    return true;
  }

  bool TakeRevision(const JsonValue& told, Micro& micro) {
    const JsonValue* revision = told.Find("revision");
    const JsonValue* content = told.Find("content");
    if (revision == nullptr || told.keys.size() > (content == nullptr ? 1u : 2u) ||
        (content != nullptr && content->kind != JsonValue::Kind::kText &&
         content->kind != JsonValue::Kind::kNull)) {
      return Refuse(told.at, "value", DescribeValue(told),
                    R"({"revision": N, "content": TEXT or null})");
    }
    micro.element =
        content == nullptr ? Micro::kAnyContent : history_.texts.IndexOf(CanonicalJson(*content));
    return Natural(*revision, micro.revision);
  }

  bool Natural(const JsonValue& value, uint32_t& number) {
    const char* end = value.text.data() + value.text.size();
    const auto [stop, error] = std::from_chars(value.text.data(), end, number);
    if (value.kind == JsonValue::Kind::kInteger && error == std::errc() && stop == end &&
        number < uint32_t{1} << 31) {
      return true;
    }
    return Refuse(value.at, "value", DescribeValue(value),
                  "a natural number below 2^31 as revision");
  }

  bool KindFits(const JsonValue& asked, const Micro& micro) {
    const bool block = micro.kind == Micro::Kind::kPut || micro.kind == Micro::Kind::kGet;
    const auto [known, fresh] = is_block_.Insert(micro.key);
    if (fresh) *known = block;
    if (*known == block) return true;
    return Refuse(asked.at, "value",
                  "the " + std::string(*known ? "block " : "list ") +
                      history_.keys.TextOf(micro.key) + " used as a " + (block ? "block" : "list"),
                  "a key that is either a list or a block");
  }

  Findings& findings_;
  TransactionHistory history_;
  core::FlatTable<uint64_t, uint32_t> appended_;  // Line, by key and element.
  core::FlatTable<uint32_t, bool> is_block_;      // By key.
};

}  // namespace

std::optional<TransactionHistory> ReadTransactions(const History& history, Findings& findings) {
  TransactionReader reader(findings);
  for (uint32_t i = 0; i < history.calls.size(); ++i) {
    if (!reader.Take(history.calls[i], i)) return std::nullopt;
  }
  return reader.Finish();
}

}  // namespace sim
