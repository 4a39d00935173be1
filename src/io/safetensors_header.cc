#include "io/safetensors_header.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "lithe/error.h"

namespace lithe::io {

namespace {

static_assert(std::endian::native == std::endian::little, "tensors are used as they are stored");

using nlohmann::json;

constexpr std::string_view kMetadata = "__metadata__";

struct DtypeRow {
  std::string_view name;
  std::size_t size;
};

// In the order of the enumeration.
constexpr DtypeRow kDtypes[] = {
    {"BOOL", 1}, {"U8", 1},  {"I8", 1},   {"F8_E4M3", 1}, {"F8_E5M2", 1}, {"F8_E8M0", 1},
    {"U16", 2},  {"I16", 2}, {"F16", 2},  {"BF16", 2},    {"U32", 4},     {"I32", 4},
    {"F32", 4},  {"U64", 8}, {"I64", 8},  {"F64", 8},     {"C64", 8},
};
static_assert(std::size(kDtypes) == static_cast<std::size_t>(Dtype::c64) + 1);

// Text from a file as it may stand in a message: printable, and not a megabyte of it.
std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  const bool cut = text.size() > kLongest;
  return json(text.substr(0, kLongest)).dump(-1, ' ', true, json::error_handler_t::replace) +
         (cut ? "..." : "");
}

std::string shown(const json& value) {
  return value.is_string() ? shown(value.get_ref<const std::string&>())
         : value.is_number() ? value.dump()
                             : fmt::format("of type {}", value.type_name());
}

[[noreturn]] void refuse(const std::string& problem, const std::string& where) {
  throw Error(ErrorKind::model, problem, where);
}

// One object of the header, already known to be free of double keys.
class EntryReader {
 public:
  EntryReader(const std::string& name, const json& object, std::string where)
      : name_(name), object_(object), where_(std::move(where)) {}

  HeaderEntry read(std::uint64_t data_size) const {
    HeaderEntry entry{name_, dtype(), numbers("shape"), 0, 0};
    const auto offsets = numbers("data_offsets");
    if (offsets.size() != 2)
      refuse(fmt::format("data_offsets has {} numbers, not 2", offsets.size()), where_);
    entry.begin = offsets[0];
    entry.end = offsets[1];
    if (entry.begin > entry.end || entry.end > data_size)
      refuse(fmt::format("data_offsets [{}, {}] are not within the {} bytes of data", entry.begin,
                         entry.end, data_size),
             where_);
    check_size(entry);
    return entry;
  }

 private:
  const json& field(const char* key) const {
    const auto found = object_.find(key);
    if (found == object_.end()) refuse(fmt::format("{} is missing", key), where_);
    return *found;
  }

  Dtype dtype() const {
    const json& value = field("dtype");
    if (value.is_string())
      for (std::size_t i = 0; i < std::size(kDtypes); ++i)
        if (value.get_ref<const std::string&>() == kDtypes[i].name) return static_cast<Dtype>(i);
    std::vector<std::string_view> known;
    for (const DtypeRow& row : kDtypes) known.push_back(row.name);
    refuse(fmt::format("dtype is {}, not one of {}", shown(value), fmt::join(known, ", ")), where_);
  }

  std::vector<std::size_t> numbers(const char* key) const {
    const json& list = field(key);
    if (!list.is_array()) refuse(fmt::format("{} is {}, not a list", key, shown(list)), where_);
    std::vector<std::size_t> result;
    result.reserve(list.size());
    for (const json& value : list) {
      if (!value.is_number_unsigned())
        refuse(fmt::format("{} holds a value {}, not a whole number below 2^64", key, shown(value)),
               where_);
      result.push_back(value.get<std::size_t>());
    }
    return result;
  }

  void check_size(const HeaderEntry& entry) const {
    std::size_t bytes = size_of(entry.dtype);
    bool overflow = false;
    for (const std::size_t length : entry.shape)
      overflow = __builtin_mul_overflow(bytes, length, &bytes) || overflow;
    if (overflow || bytes != entry.end - entry.begin)
      refuse(fmt::format("data_offsets span {} bytes where the shape and {} need {}",
                         entry.end - entry.begin, name_of(entry.dtype),
                         overflow ? "2^64 or more" : std::to_string(bytes)),
             where_);
  }

  const std::string& name_;
  const json& object_;
  const std::string where_;
};

// Takes the objects of the header one at a time as the JSON parser meets them, so that no text,
// however nested or repeated, grows into much memory.
class HeaderReader {
 public:
  HeaderReader(std::uint64_t data_size, const std::string& file)
      : data_size_(data_size), file_(file) {}

  // The parser's callback. Depth 0 is the header itself, 1 its objects, 2 their values.
  bool event(int depth, json::parse_event_t event, const json& parsed) {
    using Event = json::parse_event_t;
    if (event == Event::key) note_key(depth, parsed.get_ref<const std::string&>());
    if (event == Event::object_start && depth == 1) inner_keys_.clear();
    if ((event == Event::value || event == Event::array_start) && depth == 1)
      refuse("the entry is not an object", where());
    if ((event == Event::object_start && depth > 1) || (event == Event::array_start && depth > 2))
      refuse("the header is nested deeper than the format has it", where());
    if (event != Event::object_end || depth != 1) return true;
    take(parsed);
    return false;  // used up, so the parser need not keep it
  }

  Header finish() {
    std::ranges::stable_sort(header_.entries, {}, [](const HeaderEntry& entry) {
      return std::pair(entry.begin, entry.end);
    });
    check_cover();
    return std::move(header_);
  }

 private:
  std::string where() const { return fmt::format("{}, tensor {}", file_, shown(name_)); }

  void note_key(int depth, const std::string& key) {
    if (depth == 1) name_ = key;
    if (!(depth == 1 ? names_ : inner_keys_).insert(key).second)
      refuse(fmt::format("{} is given twice", shown(key)), depth == 1 ? file_ : where());
  }

  void take(const json& object) {
    if (name_ != kMetadata) {
      header_.entries.push_back(EntryReader(name_, object, where()).read(data_size_));
      return;
    }
    for (const auto& [key, value] : object.items()) {
      if (!value.is_string())
        refuse(fmt::format("the metadata {} is {}, not a string", shown(key), shown(value)), file_);
      header_.metadata[key] = value.get<std::string>();
    }
  }

  void check_cover() const {
    std::uint64_t covered = 0;
    std::string_view before;
    for (const HeaderEntry& entry : header_.entries) {
      const std::string place = fmt::format("{}, tensor {}", file_, shown(entry.name));
      if (entry.begin < covered)
        refuse(fmt::format("data_offsets begin at {}, within tensor {} that ends at {}",
                           entry.begin, shown(before), covered),
               place);
      if (entry.begin > covered)
        refuse(fmt::format("data_offsets begin at {} where {} bytes are in use so far: a gap",
                           entry.begin, covered),
               place);
      covered = entry.end;
      before = entry.name;
    }
    if (covered != data_size_)
      refuse(fmt::format("the tensors use {} bytes of data where the file has {}", covered,
                         data_size_),
             file_);
  }

  const std::uint64_t data_size_;
  const std::string& file_;
  std::string name_;  // of the object at hand
  std::set<std::string> names_, inner_keys_;
  Header header_;
};

}  // namespace
}  // namespace lithe::io
