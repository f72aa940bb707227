#include "sim/history/window.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/check.h"

namespace sim {
namespace {

constexpr size_t kAnswersMax = 8;
constexpr size_t kStatesShown = 8;
constexpr size_t kLinesShown = 40;

// The spans as somebody knows them who has seen the lines before `line` only.
std::vector<Span> Before(std::span<const Span> spans, uint32_t line) {
  std::vector<Span> known;
  for (const Span& span : spans) {
    if (span.invoked >= line) break;
    known.push_back(span);
    if (span.returned >= line) known.back().returned = kNeverEnded;
  }
  return known;
}

// The model, but that one call is not answered with any of `refused`.
class OtherAnswers : public Model {
 public:
  OtherAnswers(Model& model, uint32_t call) : model_(model), call_(call) {}

  [[nodiscard]] std::unique_ptr<Model> Fresh() const override { return model_.Fresh(); }

  bool Take(const Call&, Findings&) override { return false; }

  [[nodiscard]] State Initial() const override { return model_.Initial(); }

  [[nodiscard]] bool Fits(uint32_t call, State state) const override {
    if (call != call_) return model_.Fits(call, state);
    return std::find(refused.begin(), refused.end(), model_.AnswerText(call, state)) ==
           refused.end();
  }

  [[nodiscard]] State After(uint32_t call, State state) override {
    return model_.After(call, state);
  }

  [[nodiscard]] bool OnlyReads(uint32_t call) const override { return model_.OnlyReads(call); }

  void Forget(uint32_t call) override { model_.Forget(call); }

  [[nodiscard]] std::string StateText(State state) const override {
    return model_.StateText(state);
  }

  [[nodiscard]] std::string AnswerText(uint32_t call, State state) const override {
    return model_.AnswerText(call, state);
  }

  std::vector<std::string> refused;

 private:
  Model& model_;
  uint32_t call_;
};

std::string Does(const Call& call) {
  std::string text = call.function;
  if (call.argument.has_value() && call.argument->kind != JsonValue::Kind::kNull)
    text += " " + VisibleText(CanonicalJson(*call.argument));
  return text;
}

std::string Place(const Call& call) {
  const std::string from = "line " + std::to_string(call.invoked);
  return call.ended == kNeverEnded ? from : from + " to " + std::to_string(call.ended);
}

std::string Who(const Call& call) {
  return "process " + std::to_string(call.process);
}

std::string Ending(const Call& call) {
  switch (call.outcome) {
    case Call::Outcome::kFailed:
      return "fail " + call.function;
    case Call::Outcome::kUnknown:
      return "info " + call.function;
    case Call::Outcome::kOk:
      break;
  }
  std::string text = "ok " + call.function;
  if (call.answer.has_value()) text += " " + VisibleText(CanonicalJson(*call.answer));
  if (call.result.has_value()) text += " -> " + VisibleText(CanonicalJson(*call.result));
  return text;
}

// The calls of one key as somebody knows them who has read the lines up to `line` only.
History Prefix(const History& history, uint32_t key, uint32_t line) {
  History known;
  known.keys = history.keys;
  for (const Call& call : history.calls) {
    if (call.key != key || call.invoked > line) continue;
    Call& copy = known.calls.emplace_back(call);
    if (call.ended <= line) continue;
    copy.ended = kNeverEnded;
    copy.outcome = Call::Outcome::kUnknown;
    copy.answer.reset();
    copy.result.reset();
  }
  return known;
}

// The calls of one key up to a line, ready to be searched.
struct KnownCalls {
  KnownCalls(History known, const Model& kind)
      : history(std::move(known)), model(kind.Fresh()), spans(SpansOf(history)) {
    Findings findings;
    for (const Call& call : history.calls) CHECK(model->Take(call, findings));
  }

  History history;
  std::unique_ptr<Model> model;
  std::vector<Span> spans;
};

class WindowSearch {
 public:
  WindowSearch(const History& history, uint32_t key, const Model& kind, const SearchBudget& budget)
      : whole_(history), key_(key), kind_(kind), budget_(budget) {}

  FailingWindow Find(uint32_t blocked_at) {
    const uint32_t last = LastLine(blocked_at);
    known_.emplace(Prefix(whole_, key_, last), kind_);
    const auto ends = std::find_if(known_->history.calls.begin(), known_->history.calls.end(),
                                   [&](const Call& call) { return call.ended == last; });
    call_ = static_cast<uint32_t>(ends - known_->history.calls.begin());
    FailingWindow window;
    window.last_line = last;
    FindFirstLine(ends->invoked);
    window.first_line = first_line_;
    for (const Span& span : Inside(first_line_)) {
      if (span.invoked < first_line_) open_.push_back(span.call);
    }
    const std::string head = Head();  // Before the answer is forgotten.
    window.text = head + Possible(ends->outcome) + Open() + Lines(last);
    return window;
  }

 private:
  // By halves over the lines in which calls of the key end; the last one fails.
  uint32_t LastLine(uint32_t blocked_at) {
    std::vector<uint32_t> lines;
    for (const Call& call : whole_.calls) {
      if (call.key == key_ && call.ended != kNeverEnded && call.ended >= blocked_at &&
          call.outcome != Call::Outcome::kUnknown) {
        lines.push_back(call.ended);
      }
    }
    std::sort(lines.begin(), lines.end());
    size_t low = 0;
    size_t high = lines.size() - 1;
    while (low < high) {
      const size_t middle = low + (high - low) / 2;
      const KnownCalls known(Prefix(whole_, key_, lines[middle]), kind_);
      Search search(*known.model, known.spans, budget_);
      const Search::Answer answer = search.Run(known.model->Initial());
      Spend(search);
      if (answer == Search::Answer::kUnknown) break;
      if (answer == Search::Answer::kNo) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return lines[high];
  }

  void Spend(const Search& search) {
    budget_.configurations -= std::min(budget_.configurations, search.configurations());
  }

  // The whole history of the key fails by itself: there is always an answer.
  void FindFirstLine(uint32_t latest) {
    first_line_ = known_->history.calls.front().invoked;
    states_ = {{known_->model->Initial(), std::nullopt}};
    for (size_t i = known_->history.calls.size(); i-- > 0;) {
      const uint32_t line = known_->history.calls[i].invoked;
      if (line > latest) continue;
      auto states = StatesAt(line);
      if (!states.has_value()) return;
      const auto fails = FailsFrom(line, *states);
      if (!fails.has_value()) return;
      if (!*fails) continue;
      first_line_ = line;
      states_ = *std::move(states);
      return;
    }
  }

  std::optional<std::vector<Search::Final>> StatesAt(uint32_t line) {
    Search search(*known_->model, Before(known_->spans, line), budget_);
    auto states = search.Explore(known_->model->Initial());
    Spend(search);
    return states;
  }

  // The calls of the window that begins at `line`: those inside, and those that were open and may take effect.
  [[nodiscard]] std::vector<Span> Inside(uint32_t line) const {
    std::vector<Span> inside;
    for (const Span& span : known_->spans) {
      if (span.returned < line) continue;
      if (span.invoked < line && known_->model->OnlyReads(span.call)) continue;
      inside.push_back(span);
      if (span.invoked < line) inside.back().returned = kNeverEnded;
    }
    return inside;
  }

  // Empty: the budget ended.
  std::optional<bool> FailsFrom(uint32_t line, const std::vector<Search::Final>& states) {
    const std::vector<Span> inside = Inside(line);
    for (const Search::Final& from : states) {
      Search search(*known_->model, inside, budget_);
      const Search::Answer answer = search.Run(from.state);
      Spend(search);
      if (answer == Search::Answer::kUnknown) return std::nullopt;
      if (answer == Search::Answer::kYes) return false;
    }
    return true;
  }

  // Each round finds an order with an answer that no round before it gave.
  std::vector<std::string> Answers() {
    known_->model->Forget(call_);
    OtherAnswers others(*known_->model, call_);
    while (others.refused.size() < kAnswersMax) {
      Search search(others, known_->spans, budget_);
      const Search::Answer answer = search.Run(known_->model->Initial());
      Spend(search);
      const auto before = search.StateBefore(call_);
      if (answer != Search::Answer::kYes || !before.has_value()) break;
      others.refused.push_back(known_->model->AnswerText(call_, *before));
    }
    std::sort(others.refused.begin(), others.refused.end());
    return others.refused;
  }

  [[nodiscard]] std::string Head() const {
    const Call& call = known_->history.calls[call_];
    const std::string& key = known_->history.keys[call.key];
    return (key.empty() ? "" : "key " + VisibleText(key) + ": ") + "the " + call.function + " of " +
           Who(call) + ", " + Place(call) + ", fits nowhere: " + Ending(call) + "\nbefore line " +
           std::to_string(first_line_) + ": " + States() + "\n";
  }

  [[nodiscard]] std::string States() const {
    std::string text;
    for (size_t i = 0; i < states_.size() && i < kStatesShown; ++i) {
      text += (i == 0 ? "" : "; or ") + known_->model->StateText(states_[i].state);
      if (!states_[i].set_by.has_value()) continue;
      const Call& call = known_->history.calls[*states_[i].set_by];
      text += " (by the " + call.function + " of " + Who(call) + ", " + Place(call) + ")";
    }
    if (states_.size() > kStatesShown)
      text += "; or " + std::to_string(states_.size() - kStatesShown) + " more";
    return text;
  }

  std::string Possible(Call::Outcome outcome) {
    if (outcome != Call::Outcome::kOk) return "";
    const std::vector<std::string> answers = Answers();
    std::string text;
    for (const std::string& answer : answers) text += (text.empty() ? "" : "; or ") + answer;
    if (answers.size() == kAnswersMax) text += "; perhaps others";
    return text.empty() ? "" : "possible answers: " + text + "\n";
  }

  [[nodiscard]] std::string Open() const {
    std::string text;
    for (size_t i = 0; i < open_.size() && i < kLinesShown; ++i) {
      const Call& call = known_->history.calls[open_[i]];
      text += "open since line " + std::to_string(call.invoked) + ": " + Who(call) + "  " +
              Does(call) + "\n";
    }
    return text;
  }

  // Every line of the window that concerns the key, in order.
  [[nodiscard]] std::string Lines(uint32_t last) const {
    struct Shown {
      uint32_t line = 0;
      std::string text;
    };

    std::vector<Shown> lines;
    for (const Call& call : known_->history.calls) {
      if (call.invoked >= first_line_)
        lines.push_back({call.invoked, Who(call) + "  invoke " + Does(call)});
      if (call.ended >= first_line_ && call.ended <= last)
        lines.push_back({call.ended, Who(call) + "  " + Ending(call)});
    }
    std::sort(lines.begin(), lines.end(),
              [](const Shown& a, const Shown& b) { return a.line < b.line; });
    const size_t hidden = lines.size() > kLinesShown ? lines.size() - kLinesShown : 0;
    std::string text =
        "window, line " + std::to_string(first_line_) + " to " + std::to_string(last) + ":\n";
    if (hidden > 0) text += "  ... " + std::to_string(hidden) + " lines before these\n";
    for (size_t i = hidden; i < lines.size(); ++i)
      text += "  " + std::to_string(lines[i].line) + "  " + lines[i].text + "\n";
    return text;
  }

  const History& whole_;
  uint32_t key_;
  const Model& kind_;
  SearchBudget budget_;  // What is left.
  std::optional<KnownCalls> known_;
  uint32_t call_ = 0;  // Ends in the last line.
  uint32_t first_line_ = 0;
  std::vector<Search::Final> states_;  // Before the first line.
  std::vector<uint32_t> open_;         // Calls that were open then and may take effect.
};

}  // namespace

FailingWindow FindWindow(const History& history, uint32_t key, const Model& kind,
                         uint32_t blocked_at, const SearchBudget& budget) {
  return WindowSearch(history, key, kind, budget).Find(blocked_at);
}

}  // namespace sim
