#include "data/tables/ts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/tables/number.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

constexpr std::size_t kLinesBetweenReports = 1'000;
constexpr std::size_t kMostPositions = std::size_t{1} << 24;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\f\v";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

// The part in front of `end`, which is taken off.
std::string_view take_part(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view part = text.substr(0, at);
  text = at == text.npos ? std::string_view{} : text.substr(at + 1);
  return part;
}

class TsReader {
 public:
  TsReader(std::string_view text, const std::string& name, const TableOptions& options,
           const std::vector<std::string>& classes)
      : rest_(text), size_(text.size()), name_(name), options_(options) {
    declared_.class_names = classes;
  }

  Sequences read();

 private:
  enum class Answer { none, a_class, number };

  std::string_view next_line();
  void read_header();
  void read_tag(std::string_view line);
  void begin_answers();
  void read_sequence(std::string_view line);
  void read_channel(std::string_view text, std::size_t channel);
  float read_value(std::string_view text) const;
  void read_answer(std::string_view text);
  void keep_positions(std::size_t channels);
  bool takes_answers() const {
    return options_.csv.task != TableTask::none && options_.target_use != TargetUse::ignore;
  }
  [[noreturn]] void fail(const std::string& problem, const std::string& remedy) const {
    throw Error(ErrorKind::data, problem, fmt::format("{}, line {}", name_, line_), remedy);
  }

  std::string_view rest_;
  const std::size_t size_;
  std::size_t line_ = 0;
  const std::string& name_;
  const TableOptions& options_;
  Answer answer_ = Answer::none;
  bool begun_ = false;    // @data has been read
  TableSchema declared_;  // its classes
  AnswerCollector answers_{TableTask::classification};
  std::vector<float> by_channel_;  // of the present line: the values of each channel
  std::size_t positions_ = 0;      // of its first channel
  Sequences result_;
};

std::string_view TsReader::next_line() {
  ++line_;
  return trimmed(take_part(rest_, '\n'));
}

void TsReader::read_tag(std::string_view line) {
  const std::string tag = lower_case(trimmed(take_part(line, ' ')));
  const std::string value = lower_case(trimmed(take_part(line, ' ')));
  if (tag == "@data") {
    begun_ = true;
  } else if (tag == "@timestamps" && value == "true") {
    fail("the values have time stamps, which are not read",
         "a file without them, with @timeStamps false");
  } else if (tag == "@targetlabel" && value == "true") {
    answer_ = Answer::number;
  } else if (tag == "@classlabel" && value == "true") {
    answer_ = Answer::a_class;
    // Those of the data to train on come first.
    const bool known = !declared_.class_names.empty();
    while (!known && !trimmed(line).empty()) {
      const std::string_view one = trimmed(take_part(line, ' '));
      if (one.size() > kLongestText || declared_.class_names.size() == kMostClasses)
        fail("too many classes, or a name that is too long",
             fmt::format("at most {} classes, with names of at most {} bytes", kMostClasses,
                         kLongestText));
      if (!one.empty()) declared_.class_names.emplace_back(one);
    }
  }
}

void TsReader::read_header() {
  constexpr const char* kForm =
      "a file that begins with lines such as @classLabel true a b and @data";
  while (!begun_) {
    if (rest_.empty()) fail("there is no line @data, behind which sequences stand", kForm);
    const std::string_view line = next_line();
    if (line.empty() || line.front() == '#' || line.front() == '%') continue;
    if (line.front() != '@') fail("a line in front of @data that does not begin with @", kForm);
    read_tag(line);
  }
}

void TsReader::begin_answers() {
  const TableTask task = options_.csv.task;
  const bool numbers = answer_ == Answer::number || task == TableTask::regression;
  if (answer_ == Answer::number && task == TableTask::classification)
    fail("the answers are numbers, by @targetLabel", "--task regression");
  if (task == TableTask::multi_label)
    fail("a sequence has one answer, and several labels are several",
         "leave out --task, or --task classification");
  declared_.task = numbers ? TableTask::regression : TableTask::classification;
  if (numbers || declared_.class_names.empty())
    answers_ = AnswerCollector(declared_.task);
  else
    answers_ = AnswerCollector(declared_);
}

float TsReader::read_value(std::string_view text) const {
  const std::string_view value = trimmed(text);
  if (const auto number = to_number(value)) {
    if (std::abs(*number) <= static_cast<double>(std::numeric_limits<float>::max()))
      return static_cast<float>(*number);
    fail(fmt::format("the value {:.40} is too large for 32 bits", value), "scale the values");
  }
  if (value.empty() || value == "?" || lower_case(value) == "nan")
    fail("a value is missing", "put a number in its place, or leave the sequence out");
  if (value.front() == '(')
    fail("a value with a time stamp, which is not read",
         "a file without them, with @timeStamps false");
  fail(fmt::format("'{:.40}' is not a number", value),
       "numbers with commas between them, and a colon behind each channel");
}

void TsReader::read_channel(std::string_view text, std::size_t channel) {
  if (trimmed(text).empty())
    fail(channel == 0 ? std::string("the sequence has no values")
                      : fmt::format("channel {} has no values", channel + 1),
         "leave the line out: a sequence has at least one position");
  const std::size_t before = by_channel_.size();
  for (bool more = true; more;) {
    more = text.find(',') != text.npos;
    by_channel_.push_back(read_value(take_part(text, ',')));
  }
  const std::size_t count = by_channel_.size() - before;
  if (channel == 0) positions_ = count;
  if (count > kMostPositions)
    fail(fmt::format("the sequence has {} positions", count),
         fmt::format("at most {}", kMostPositions));
  if (count != positions_)
    fail(fmt::format("channel {} has {} values, and the first one {}", channel + 1, count,
                     positions_),
         "the channels of a sequence have as many positions");
}

void TsReader::read_answer(std::string_view text) {
  const std::string_view answer = trimmed(text);
  if (answer.empty()) fail("the sequence has no answer", "one behind its last colon");
  if (!takes_answers()) return;
  std::string wrong;
  if (declared_.task == TableTask::classification)
    wrong = answers_.add(answer);
  else if (const auto number = to_number(answer))
    wrong = answers_.add(*number);
  else
    wrong = fmt::format("the answer '{:.40}' is not a number", answer);
  if (!wrong.empty())
    fail(wrong, declared_.task == TableTask::classification
                    ? "a class that @classLabel of the data to train on names"
                    : "a number behind the last colon, or --task classification");
}

// From channel by channel to position by position.
void TsReader::keep_positions(std::size_t channels) {
  if (result_.lengths.empty()) result_.channels = channels;
  if (channels != result_.channels)
    fail(fmt::format("the sequence has {} channels, and those before have {}", channels,
                     result_.channels),
         "as many channels in each line, with colons between them");
  for (std::size_t p = 0; p < positions_; ++p)
    for (std::size_t c = 0; c < channels; ++c)
      result_.values.push_back(by_channel_[c * positions_ + p]);
  result_.lengths.push_back(static_cast<std::int32_t>(positions_));
}

void TsReader::read_sequence(std::string_view line) {
  by_channel_.clear();
  std::size_t channels = 0;
  for (;;) {
    const bool is_last = line.find(':') == line.npos;
    if (is_last && answer_ != Answer::none) break;
    read_channel(take_part(line, ':'), channels++);
    if (is_last) break;
  }
  if (channels == 0)
    fail("there is no colon between the sequence and its answer",
         "1.5,2,2.5:a, say, or @classLabel false");
  keep_positions(channels);
  if (answer_ != Answer::none) read_answer(line);
}

Sequences TsReader::read() {
  read_header();
  begin_answers();
  std::size_t lines = 0;
  while (!rest_.empty()) {
    const std::string_view line = next_line();
    if (!line.empty() && line.front() != '#') read_sequence(line);
    if (options_.progress && lines++ % kLinesBetweenReports == 0 &&
        !options_.progress(size_ - rest_.size(), size_))
      throw Error(ErrorKind::data, "reading was stopped", name_);
  }
  if (result_.lengths.empty()) fail("there are no sequences behind @data", "at least one line");
  if (!answers_.empty()) result_.answers = answers_.finish();
  return std::move(result_);
}

}  // namespace

std::size_t Sequences::longest() const {
  return static_cast<std::size_t>(*std::ranges::max_element(lengths));
}

Sequences parse_ts(std::string_view text, const std::string& name, const TableOptions& options,
                   const std::vector<std::string>& classes) {
  return TsReader(text, name, options, classes).read();
}

}  // namespace lithe::data
