// Parses the header of a .npy file: a Python dictionary with exactly three entries.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <string_view>

#include "data/tables/npy.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

constexpr const char* kSaveAgain = "an array with a row for each example, saved with numpy.save";

using Bytes = std::span<const std::uint8_t>;

constexpr std::string_view kNpyMagic = "\x93NUMPY";
constexpr std::size_t kLongestHeader = kLongestNpyHeader - 12;
constexpr std::size_t kMostDimensions = 32;

class HeaderReader {
 public:
  HeaderReader(Bytes file, std::size_t begin, std::size_t length, NpyArray& array)
      : text_(reinterpret_cast<const char*>(file.data()), begin + length),
        at_(begin),
        array_(array) {}

  void read() {
    expect('{');
    while (!accept('}')) {
      read_entry();
      if (!accept(',') && peek() != '}') fail("it has no comma here");
    }
    while (at_ < text_.size() && (is_space() || text_[at_] == '\0')) ++at_;
    if (at_ != text_.size()) fail("there is something behind the dictionary");
    if (!has_type_ || !has_order_ || !has_shape_)
      fail("it does not say 'descr', 'fortran_order' and 'shape'");
  }

 private:
  void read_entry();
  void read_type();
  std::size_t text_bytes(std::string_view element) const;
  void read_order();
  void read_shape();
  std::size_t read_size();
  std::string_view read_text();
  bool is_space() const {
    return text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t';
  }
  char peek() {
    while (at_ < text_.size() && is_space()) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (at_ >= text_.size() || peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (peek() != c || !accept(c)) fail(fmt::format("there is no '{}' here", c));
  }
  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(ErrorKind::data, "not a .npy header: " + problem,
                fmt::format("{}, byte {}", array_.name, at_), kSaveAgain);
  }
  [[noreturn]] void refuse(const std::string& problem, const std::string& remedy) const {
    throw Error(ErrorKind::data, problem, fmt::format("{}, byte {}", array_.name, at_), remedy);
  }

  std::string_view text_;  // from the file's begin to the header's end
  std::size_t at_;
  NpyArray& array_;
  bool has_type_ = false, has_order_ = false, has_shape_ = false;
};

std::string_view HeaderReader::read_text() {
  const char quote = peek();
  if (quote != '\'' && quote != '"') fail("there is no text here");
  const std::size_t end = text_.find(quote, at_ + 1);
  if (end == text_.npos) fail("a quote is never closed");
  const std::string_view text = text_.substr(at_ + 1, end - at_ - 1);
  at_ = end + 1;
  return text;
}

void HeaderReader::read_entry() {
  const std::string_view key = read_text();
  expect(':');
  bool* seen = key == "descr"           ? &has_type_
               : key == "fortran_order" ? &has_order_
               : key == "shape"         ? &has_shape_
                                        : nullptr;
  if (seen == nullptr) fail("it has an unknown entry");
  if (*seen) fail("it says the same twice");
  *seen = true;
  if (seen == &has_type_) read_type();
  if (seen == &has_order_) read_order();
  if (seen == &has_shape_) read_shape();
}

void HeaderReader::read_type() {
  if (peek() == '[') refuse("its elements are records", "save each field as an array of its own");
  const std::string_view type = read_text();
  const std::string_view known[] = {"b1", "i1", "i2", "i4", "i8", "u1",
                                    "u2", "u4", "u8", "f2", "f4", "f8"};
  const bool marked = !type.empty() && std::strchr("<>|=", type[0]) != nullptr;
  const std::string_view element = type.substr(marked ? 1 : 0);
  if (element == "O")
    refuse("its elements are Python objects",
           "array.astype(str) for texts, array.astype(float) for numbers");
  const bool is_text = element.starts_with('S') || element.starts_with('U');
  if (!is_text && std::ranges::find(known, element) == std::end(known))
    refuse(fmt::format("its elements are of type '{}', which is not read", type.substr(0, 20)),
           "save it as float32, float64, or integers");
  array_.kind = element[0];
  array_.element_bytes = is_text ? text_bytes(element) : static_cast<std::size_t>(element[1] - '0');
  constexpr char kForeign = std::endian::native == std::endian::little ? '>' : '<';
  array_.swapped = type[0] == kForeign && array_.element_bytes > 1;
}

// "U5" has five characters of four bytes, "S5" five bytes.
std::size_t HeaderReader::text_bytes(std::string_view element) const {
  std::size_t length = 0;
  const char* const end = element.data() + element.size();
  const auto [stop, error] = std::from_chars(element.data() + 1, end, length);
  if (error != std::errc{} || stop != end || length == 0 || length > kLongestText)
    refuse(fmt::format("its texts have '{}' characters", element.substr(1, 20)),
           fmt::format("texts of 1 to {} characters", kLongestText));
  return length * (element[0] == 'U' ? 4 : 1);
}

void HeaderReader::read_order() {
  peek();
  const std::string_view rest = text_.substr(at_);
  if (!rest.starts_with("True") && !rest.starts_with("False"))
    fail("'fortran_order' is neither True nor False");
  array_.fortran = rest[0] == 'T';
  at_ += array_.fortran ? 4 : 5;
}

std::size_t HeaderReader::read_size() {
  if (peek() < '0' || peek() > '9') fail("there is no number here");
  std::size_t size = 0;
  for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
    if (size > (SIZE_MAX >> 5)) fail("the number is too large");
    size = size * 10 + static_cast<std::size_t>(text_[at_] - '0');
  }
  accept('L');  // from Python 2
  return size;
}

void HeaderReader::read_shape() {
  expect('(');
  while (!accept(')')) {
    array_.shape.push_back(read_size());
    if (array_.shape.size() > kMostDimensions) fail("it has too many dimensions");
    if (!accept(',') && peek() != ')') fail("there is no comma here");
  }
}

std::uint64_t little_endian(Bytes bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

// Where the header begins, and its length.
std::pair<std::size_t, std::size_t> find_header(Bytes file, const std::string& name) {
  const auto fail = [&](const std::string& problem, std::size_t at) {
    throw Error(ErrorKind::data, problem, fmt::format("{}, byte {}", name, at), kSaveAgain);
  };
  if (file.size() < 10 || std::memcmp(file.data(), kNpyMagic.data(), kNpyMagic.size()) != 0)
    fail("not a .npy file", 0);
  const std::uint8_t version = file[6];
  if (version < 1 || version > 3 || file[7] != 0)
    fail(fmt::format("version {}.{} of the format, only 1.0 to 3.0 are read", version, file[7]), 6);
  const std::size_t begin = version == 1 ? 10 : 12;
  if (file.size() < begin) fail("the file ends within its header", file.size());
  const std::uint64_t length = little_endian(file.subspan(8, begin - 8));
  if (length > kLongestHeader) fail(fmt::format("a header of {} bytes", length), 8);
  if (length > file.size() - begin) fail("the file ends within its header", file.size());
  return {begin, length};
}

}  // namespace

NpyArray parse_npy_header(Bytes start, const std::string& name) {
  NpyArray array;
  array.name = name;
  const auto [begin, length] = find_header(start, name);
  HeaderReader(start, begin, length, array).read();
  return array;
}

NpyArray parse_npy(Bytes file, const std::string& name) {
  NpyArray array = parse_npy_header(file, name);
  const auto [begin, length] = find_header(file, name);
  array.elements = file.subspan(begin + length);
  const auto fail = [&](const std::string& problem) {
    throw Error(ErrorKind::data, problem, fmt::format("{}, byte {}", name, begin), kSaveAgain);
  };
  if (array.shape.empty()) fail("a single value, not an array");
  if (std::ranges::find(array.shape, 0u) != array.shape.end()) fail("a dimension is 0");
  std::size_t bytes = array.element_bytes;
  bool fits = true;
  for (const std::size_t size : array.shape) {
    fits = fits && bytes <= array.elements.size() / size;
    bytes *= size;
  }
  if (!fits || bytes != array.elements.size())
    fail(fmt::format("the header says {} elements of {} bytes, but {} bytes follow",
                     fmt::join(array.shape, " x "), array.element_bytes, array.elements.size()));
  return array;
}

}  // namespace lithe::data
