#include "io/safetensors_header.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "io/safetensors_entry.h"

namespace lithe::io {

namespace {

using nlohmann::json;

constexpr const char* kMetadata = "__metadata__";
constexpr std::size_t kDataAlignment = 64;  // of the data's first byte; the format asks for 8

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
      header_.entries.push_back(read_entry(name_, object, data_size_, where()));
      return;
    }
    for (const auto& [key, value] : object.items()) {
      if (!value.is_string())
        refuse(fmt::format("the metadata {} is {}, not a string", shown(key), shown_value(value)),
               file_);
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

// A JSON string.
std::string quoted(const std::string& text, const std::string& file) {
  try {
    return json(text).dump();
  } catch (const json::type_error&) {
    refuse(fmt::format("{} is not UTF-8", shown(text)), file);
  }
}

std::string print_metadata(const Metadata& metadata, const std::string& file) {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : metadata)
    pairs.push_back(fmt::format("{}:{}", quoted(key, file), quoted(value, file)));
  return fmt::format("\"{}\":{{{}}}", kMetadata, fmt::join(pairs, ","));
}

}  // namespace

std::size_t read_header_length(std::span<const std::uint8_t> start, std::uint64_t file_size,
                               const std::string& file) {
  if (file_size < kLengthBytes || start.size() < kLengthBytes)
    refuse(fmt::format("the file has {} bytes, too few for a safetensors file", file_size), file);
  std::uint64_t length = 0;
  std::memcpy(&length, start.data(), kLengthBytes);
  const std::uint64_t allowed = std::min(kLargestHeader, file_size - kLengthBytes);
  if (length > allowed)
    refuse(fmt::format("the header claims {} bytes where {} can be: not a safetensors file, or cut "
                       "short",
                       length, allowed),
           file + ", byte 0");
  return static_cast<std::size_t>(length);
}

Header parse_header(std::string_view text, std::uint64_t data_size, const std::string& file) {
  const std::string start = fmt::format("{}, byte {}", file, kLengthBytes);
  if (text.size() > kLargestHeader)
    refuse(fmt::format("the header has {} bytes, more than the {} allowed", text.size(),
                       kLargestHeader),
           start);
  if (!text.starts_with('{')) refuse("the header does not begin with '{'", start);
  // The JSON parser would take this for the end of the text, whatever follows it.
  if (const auto zero = text.find('\0'); zero != text.npos)
    refuse("the header is not JSON", fmt::format("{}, byte {}", file, kLengthBytes + zero));
  HeaderReader reader(data_size, file);
  try {
    [[maybe_unused]] const json rest =
        json::parse(text, [&](int depth, json::parse_event_t event, const json& parsed) {
          return reader.event(depth, event, parsed);
        });
  } catch (const json::parse_error& error) {
    refuse("the header is not JSON", fmt::format("{}, byte {}", file, kLengthBytes + error.byte));
  } catch (const json::exception&) {
    refuse("the header holds a number out of range", start);
  }
  return reader.finish();
}

std::string print_header(std::span<const TensorView> tensors, const Metadata& metadata,
                         const std::string& file) {
  std::vector<std::string> objects;
  if (!metadata.empty()) objects.push_back(print_metadata(metadata, file));
  std::uint64_t begin = 0;
  for (const TensorView& tensor : tensors) {
    const std::uint64_t end = begin + tensor.bytes.size();
    objects.push_back(fmt::format(R"({}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                                  quoted(tensor.name, file), name_of(tensor.dtype),
                                  fmt::join(tensor.shape, ","), begin, end));
    begin = end;
  }
  std::string text = fmt::format("{{{}}}", fmt::join(objects, ","));
  const std::size_t before_data = kLengthBytes + text.size();
  text.append((kDataAlignment - before_data % kDataAlignment) % kDataAlignment, ' ');
  const std::uint64_t length = text.size();
  std::string header(kLengthBytes, '\0');
  std::memcpy(header.data(), &length, kLengthBytes);
  return header + text;
}

}  // namespace lithe::io
