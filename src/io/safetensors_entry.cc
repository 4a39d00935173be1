#include "io/safetensors_entry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <iterator>
#include <utility>

#include "lithe/error.h"

namespace lithe::io {

namespace {

static_assert(std::endian::native == std::endian::little, "tensors are used as they are stored");

using nlohmann::json;

struct DtypeRow {
  std::string_view name;
  std::size_t size;
};

// In the order of the enumeration.
constexpr DtypeRow kDtypes[] = {
    {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E4M3", 1}, {"F8_E5M2", 1}, {"F8_E8M0", 1},
    {"U16", 2},  {"I16", 2}, {"F16", 2}, {"BF16", 2},    {"U32", 4},     {"I32", 4},
    {"F32", 4},  {"U64", 8}, {"I64", 8}, {"F64", 8},     {"C64", 8},
};
static_assert(std::size(kDtypes) == static_cast<std::size_t>(Dtype::c64) + 1);

class EntryReader {
 public:
  EntryReader(const json& object, const std::string& where) : object_(object), where_(where) {}

  HeaderEntry read(const std::string& name, std::uint64_t data_size) const {
    HeaderEntry entry{name, dtype(), numbers("shape"), 0, 0};
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
    refuse(fmt::format("dtype is {}, not one of {}", shown_value(value), fmt::join(known, ", ")),
           where_);
  }

  std::vector<std::size_t> numbers(const char* key) const {
    const json& list = field(key);
    if (!list.is_array())
      refuse(fmt::format("{} is {}, not a list", key, shown_value(list)), where_);
    std::vector<std::size_t> result;
    result.reserve(list.size());
    for (const json& value : list) {
      if (!value.is_number_unsigned())
        refuse(fmt::format("{} holds a value {}, not a whole number below 2^64", key,
                           shown_value(value)),
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

  const json& object_;
  const std::string& where_;
};

}  // namespace

std::string_view name_of(Dtype dtype) { return kDtypes[static_cast<std::size_t>(dtype)].name; }
std::size_t size_of(Dtype dtype) { return kDtypes[static_cast<std::size_t>(dtype)].size; }

void refuse(const std::string& problem, const std::string& where) {
  throw Error(ErrorKind::model, problem, where, "a whole file that `lithe train` wrote");
}

std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  const bool cut = text.size() > kLongest;
  return json(text.substr(0, kLongest)).dump(-1, ' ', true, json::error_handler_t::replace) +
         (cut ? "..." : "");
}

std::string shown_value(const json& value) {
  if (value.is_string()) return shown(value.get_ref<const std::string&>());
  return value.is_number() ? value.dump() : fmt::format("of type {}", value.type_name());
}

HeaderEntry read_entry(const std::string& name, const json& object, std::uint64_t data_size,
                       const std::string& where) {
  return EntryReader(object, where).read(name, data_size);
}

}  // namespace lithe::io
