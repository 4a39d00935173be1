#include "network/syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "lithe/error.h"

namespace lithe::network {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return (c >= 'a' && c <= 'z') || c == '_' || is_digit(c); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_printable(char c) { return c >= ' ' && c <= '~'; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<Call> whole() {
    std::vector<Call> calls = network();
    if (at_ < text_.size()) fail_here("something follows the end of the sentence");
    return calls;
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void skip_space() {
    while (is_space(peek())) ++at_;
  }
  bool take(std::string_view symbol) {
    skip_space();
    if (text_.substr(at_, symbol.size()) != symbol) return false;
    at_ += symbol.size();
    skip_space();
    return true;
  }
  [[noreturn]] void fail_here(const std::string& problem, const std::string& remedy = {}) const {
    fail(text_, {at_, at_ + 1}, problem, remedy);
  }

  std::vector<Call> network() {
    if (++depth_ > kDeepestNesting)
      fail_here(fmt::format("more than {} levels of parentheses", kDeepestNesting));
    std::vector<Call> calls;
    do calls.push_back(call());
    while (take("->"));
    --depth_;
    return calls;
  }

  Call call() {
    skip_space();
    const std::size_t begin = at_;
    if (is_digit(peek())) fail_here("a name was expected here", "names begin with a letter");
    while (is_word(peek())) ++at_;
    if (at_ == begin) {
      fail_here(begin >= text_.size() ? "the sentence ends where a name was expected"
                                      : "a name was expected here",
                "names are lower_snake_case: dense, batch_norm");
    }
    Call result{std::string(text_.substr(begin, at_ - begin)), {begin, at_}, {}};
    skip_space();
    if (take("(") && !take(")")) {
      do result.arguments.push_back(argument());
      while (take(","));
      if (!take(")")) fail_here("',' or ')' was expected here");
    }
    return result;
  }

  GivenArgument argument() {
    skip_space();
    const std::size_t begin = at_;
    GivenArgument result;
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    std::size_t equals = end;
    while (equals < text_.size() && is_space(text_[equals])) ++equals;
    if (end > begin && equals < text_.size() && text_[equals] == '=') {
      result.key = text_.substr(begin, end - begin);
      at_ = equals + 1;
      skip_space();
    }
    result.value = literal();
    result.place = result.key.empty() ? result.value.place : Place{begin, end};
    return result;
  }

  Literal literal() {
    const std::size_t begin = at_;
    const char c = peek();
    if (is_digit(c) || c == '-' || c == '+' || c == '.') {
      Literal result;
      result.value = number_or_shape();
      result.place = {begin, at_};
      skip_space();
      return result;
    }
    Literal result;
    result.value = network();
    result.place = {begin, at_};
    return result;
  }

  std::variant<double, Shape, std::vector<Call>> number_or_shape() {
    const std::size_t begin = at_;
    std::size_t end = at_;
    while (end < text_.size() && is_digit(text_[end])) ++end;
    if (end > begin && end < text_.size() && text_[end] == 'x') return shape();
    const bool is_signed = peek() == '+' || peek() == '-';
    // from_chars would take "-inf" as well, and a sign after a sign.
    if (is_signed && !is_digit(peek(1)) && peek(1) != '.') fail_here("a number was expected here");
    if (peek() == '+') ++at_;
    double value = 0;
    const auto [stop, error] =
        std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error == std::errc::result_out_of_range)
      fail(text_, {begin, static_cast<std::size_t>(stop - text_.data())},
           "this number is too large or too small to be represented");
    if (error != std::errc{}) fail_here("a number was expected here");
    at_ = static_cast<std::size_t>(stop - text_.data());
    if (peek() == '%') {
      value = hundredth(begin);
      ++at_;
    }
    if (is_word(peek()) || peek() == '.')
      fail(text_, {begin, at_ + 1}, "this is neither a number nor a name",
           "numbers are written 30, 0.5, 1e-3 or 5%");
    return value;
  }

  // The number from `begin` to here, read as a hundredth of it: dividing it would round twice.
  double hundredth(std::size_t begin) const {
    std::string digits(text_.substr(begin, at_ - begin));
    if (digits.front() == '+') digits.erase(0, 1);
    const std::size_t e = digits.find_first_of("eE");
    int exponent = 0;
    if (e != digits.npos) {
      const char* from = digits.data() + e + 1;
      std::from_chars(*from == '+' ? from + 1 : from, digits.data() + digits.size(), exponent);
      digits.resize(e);
    }
    digits += fmt::format("e{}", exponent - 2);
    double value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  }

  Shape shape() {
    Shape result;
    const std::size_t begin = at_;
    do {
      std::size_t size = 0;
      const auto [stop, error] =
          std::from_chars(text_.data() + at_, text_.data() + text_.size(), size);
      const std::size_t end = static_cast<std::size_t>(stop - text_.data());
      if (error != std::errc{} || size == 0 || size > kLargestSize / result.size() ||
          result.sizes.size() == 4)
        fail(text_, {begin, std::max(end, at_ + 1)}, "this is no shape",
             fmt::format("one to four whole numbers, as in 28x28x1; their product is at most {}",
                         kLargestSize));
      result.sizes.push_back(size);
      at_ = end;
    } while (peek() == 'x' && ++at_ > 0);
    if (is_word(peek()) || peek() == '.') fail_here("this is no shape", "write it as in 28x28x1");
    return result;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

std::vector<Call> parse(std::string_view text) {
  if (text.size() > kLongestSentence)
    throw Error(
        ErrorKind::sentence,
        fmt::format("a sentence of {} bytes; at most {} are read", text.size(), kLongestSentence),
        {}, "use repeat(n, ...) where layers repeat");
  return Parser(text).whole();
}

// Shows the stretch of the text around the place on one line, with carets below it.
void fail(std::string_view text, Place place, const std::string& problem,
          const std::string& remedy) {
  constexpr std::size_t kBefore = 40, kShown = 90;
  place.begin = std::min(place.begin, text.size());
  place.end = std::max(place.end, place.begin + 1);
  const std::size_t from = place.begin > kBefore ? place.begin - kBefore : 0;
  const std::size_t to = std::min(text.size(), from + kShown);
  std::string line = from > 0 ? "..." : "";
  const std::size_t column = line.size() + place.begin - from;
  for (const char c : text.substr(from, to - from))
    line += is_printable(c) ? c : is_space(c) ? ' ' : '?';
  if (to < text.size()) line += "...";
  const std::size_t carets = std::min(place.end, to + 1) - place.begin;
  throw Error(ErrorKind::sentence, problem,
              fmt::format("  {}\n  {}{}", line, std::string(column, ' '),
                          std::string(std::max<std::size_t>(carets, 1), '^')),
              remedy);
}

}  // namespace lithe::network
