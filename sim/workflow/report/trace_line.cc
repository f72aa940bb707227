#include "sim/workflow/report/trace_line.h"

#include <string_view>

#include <nlohmann/json.hpp>

namespace sim {
namespace {

using Json = nlohmann::json;

// Fills the line's members from those of the outermost object; what lies deeper is passed over.
class Filler : public nlohmann::json_sax<Json> {
 public:
  explicit Filler(TraceLine& line) : line_(line) {}

  bool null() override { return Other(); }

  bool boolean(bool) override { return Other(); }

  bool number_integer(number_integer_t) override { return Other(); }

  bool number_unsigned(number_unsigned_t value) override {
    if (depth_ == 1 && number_ != nullptr) *number_ = static_cast<int64_t>(value);
    return Other();
  }

  bool number_float(number_float_t, const string_t&) override { return Other(); }

  bool string(string_t& value) override {
    if (depth_ == 1 && text_ != nullptr) text_->swap(value);
    return Other();
  }

  bool binary(binary_t&) override { return Other(); }

  bool start_object(std::size_t) override {
    ++depth_;
    return true;
  }

  bool key(string_t& name) override {
    if (depth_ != 1) return true;

    struct Number {
      std::string_view name;
      int64_t TraceLine::*member;
    };

    struct Text {
      std::string_view name;
      std::string TraceLine::*member;
    };

    static constexpr Number kNumbers[] = {{"t", &TraceLine::at_us},     {"p", &TraceLine::peer},
                                          {"from", &TraceLine::from},   {"to", &TraceLine::to},
                                          {"bytes", &TraceLine::bytes}, {"id", &TraceLine::id}};
    static constexpr Text kTexts[] = {{"k", &TraceLine::kind},
                                      {"e", &TraceLine::event},
                                      {"fate", &TraceLine::fate},
                                      {"drop", &TraceLine::drop}};
    number_ = nullptr;
    text_ = nullptr;
    for (const Number& row : kNumbers) {
      if (row.name == name) number_ = &(line_.*row.member);
    }
    for (const Text& row : kTexts) {
      if (row.name == name) text_ = &(line_.*row.member);
    }
    return true;
  }

  bool end_object() override {
    --depth_;
    return true;
  }

  // An array at the top is no object; deeper ones belong to a member.
  bool start_array(std::size_t) override { return depth_++ > 0; }

  bool end_array() override {
    --depth_;
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  [[nodiscard]] bool Other() const { return depth_ > 0; }

  TraceLine& line_;
  int depth_ = 0;
  int64_t* number_ = nullptr;
  std::string* text_ = nullptr;
};

}  // namespace

bool TraceLine::Read(const std::string& line) {
  at_us = peer = from = to = bytes = id = kNone;
  kind.clear();
  event.clear();
  fate.clear();
  drop.clear();
  Filler filler(*this);
  return Json::sax_parse(line, &filler);
}

}  // namespace sim
