// Files that were cut, that lie, or that were made to do harm.
#include <fmt/format.h>

#include <algorithm>

#include "io/safetensors.h"
#include "io/safetensors_bytes.h"

namespace lithe::io {
namespace {

using namespace lithe::test;
namespace fs = std::filesystem;

void expect_refused(const std::vector<std::string>& words, const ByteVector& file) {
  expect_error(ErrorKind::model, words, [&] { parse_safetensors(file, "the-file"); });
}
void expect_header_refused(const std::vector<std::string>& words, const std::string& header,
                           std::size_t data_size = 24) {
  SCOPED_TRACE(header.substr(0, 200));
  expect_refused(words, file_of(header, data_size));
}
void expect_entry_refused(const std::vector<std::string>& words, const std::string& object) {
  std::vector<std::string> all = {"the-file, tensor \"w\""};
  all.insert(all.end(), words.begin(), words.end());
  expect_header_refused(all, header_of(object));
}

TEST(HostileSafetensors, RefusesAFileThatIsCutAnywhere) {
  const ByteVector file = file_of(header_of(entry()), 24);
  EXPECT_EQ(parse_safetensors(file, "x").tensors().size(), 1u);
  for (std::size_t size = 0; size < file.size(); ++size)
    expect_refused({"the-file"}, {file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)});
  expect_refused({"24 bytes", "has 25"}, joined(file, {0}));
}

TEST(HostileSafetensors, RefusesALengthThatLies) {
  const std::string header = header_of(entry());
  const auto with_length = [&](std::uint64_t length) {
    return joined(little_endian(length), {header.begin(), header.end()});
  };
  expect_refused({"0 bytes", "too few"}, {});
  expect_refused({"7 bytes", "too few"}, ByteVector(7));
  expect_refused({"does not begin with '{'"}, with_length(0));
  for (const std::uint64_t length :
       {header.size() + 1, std::size_t{1} << 24, std::size_t{1} << 32, ~std::size_t{0}})
    expect_refused({fmt::format("claims {} bytes", length), "byte 0"}, with_length(length));
}

TEST(HostileSafetensors, RefusesAHugeHeaderBeforeItReadsTheFile) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "m";
  write_bytes(path, little_endian(std::uint64_t{4} << 30));
  fs::resize_file(path, std::uintmax_t{1} << 40);  // a hole: more than any machine could read
  expect_error(ErrorKind::model, {"claims 4294967296 bytes", "16777216", path.string()},
               [&] { read_safetensors(path); });
  write_bytes(path, little_endian(2));
  fs::resize_file(path, std::uintmax_t{1} << 40);
  expect_error(ErrorKind::io, {"1099511627776 bytes", "8589934592"},
               [&] { read_safetensors(path); });
  expect_error(ErrorKind::io, {"No such file"}, [&] { read_safetensors(folder.path() / "no"); });
  expect_error(ErrorKind::io, {"is not a file"}, [&] { read_safetensors(folder.path()); });
}

TEST(HostileSafetensors, RefusesWhatIsNotTheJsonItShouldBe) {
  expect_header_refused({"begin with '{'"}, "[]");
  expect_header_refused({"begin with '{'"}, " {}");
  expect_header_refused({"not JSON", "the-file, byte"}, "{");
  expect_header_refused({"not JSON"}, "{}x");
  expect_header_refused({"not JSON", "byte 10"}, std::string("{}\0 ", 4));
  expect_header_refused({"not JSON"}, "{\"\xff\":{}}");
  expect_header_refused({"not JSON"}, R"({"w":{"shape":[01]}})");
  expect_header_refused({"out of range"}, R"({"w":{"shape":[1e999]}})");
  expect_header_refused({"\"w\"", "not an object"}, R"({"w":3})");
  expect_header_refused({"\"w\"", "not an object"}, R"({"w":[]})");
  expect_header_refused({"\"w\"", "not an object"}, R"({"__metadata__":{},"w":null})");
  expect_header_refused({"\"w\" is given twice"},
                        fmt::format(R"({{"w":{},"w":{}}})", entry(), entry()));
  expect_header_refused({"\"shape\" is given twice"}, R"({"w":{"shape":[],"shape":[]}})");
  expect_header_refused({"\"k\" is given twice"}, R"({"__metadata__":{"k":"a","k":"b"}})");
  expect_header_refused({"metadata \"k\" is 3, not a string"}, R"({"__metadata__":{"k":3}})");
  expect_header_refused({"metadata \"k\"", "array"}, R"({"__metadata__":{"k":[]}})");
}

TEST(HostileSafetensors, RefusesDeepNestingAtOnce) {
  for (const std::string start : {R"({"w":{"a":{)", R"({"w":{"shape":[[)"})
    expect_header_refused({"nested deeper"}, start);
  std::string deep = R"({"w":{"shape":)";
  deep.append(std::size_t{15} << 20, '[');
  expect_header_refused({"nested deeper"}, deep);
}

TEST(HostileSafetensors, RefusesAnEntryThatIsNotWhole) {
  expect_entry_refused({"dtype is missing"}, "{}");
  expect_entry_refused({"shape is missing"}, R"({"dtype":"F32"})");
  expect_entry_refused({"data_offsets is missing"}, R"({"dtype":"F32","shape":[]})");
  expect_entry_refused({"dtype is \"F4\"", "BF16", "F64"}, entry(R"("F4")"));
  expect_entry_refused({"dtype is \"f32\""}, entry(R"("f32")"));
  expect_entry_refused({"dtype is 32"}, entry("32"));
  expect_entry_refused({"shape is 6, not a list"}, entry(R"("F32")", "6"));
  expect_entry_refused({"shape is \"2x3\""}, entry(R"("F32")", R"("2x3")"));
  for (const std::string number : {"-2", "2.0", "\"2\"", "null", "18446744073709551616"})
    expect_entry_refused({"shape holds a value", "whole number"},
                         entry(R"("F32")", fmt::format("[{},3]", number)));
  expect_entry_refused({"data_offsets has 1 numbers"}, entry(R"("F32")", "[2,3]", "[0]"));
  expect_entry_refused({"data_offsets has 3 numbers"}, entry(R"("F32")", "[2,3]", "[0,12,24]"));
  expect_entry_refused({"data_offsets holds a value -1"}, entry(R"("F32")", "[2,3]", "[-1,23]"));
}

TEST(HostileSafetensors, RefusesOffsetsOutsideTheData) {
  expect_entry_refused({"[0, 28]", "24 bytes"}, entry(R"("F32")", "[7]", "[0,28]"));
  expect_entry_refused({"[24, 0]"}, entry(R"("F32")", "[2,3]", "[24,0]"));
  expect_entry_refused({"not within"},
                       entry(R"("U8")", "[24]", "[18446744073709551600,18446744073709551615]"));
}

TEST(HostileSafetensors, RefusesASizeThatDoesNotMatchTheShape) {
  expect_entry_refused({"span 24 bytes", "F64 need 48"}, entry(R"("F64")"));
  expect_entry_refused({"need 20"}, entry(R"("F32")", "[5]"));
  expect_entry_refused({"need 0"}, entry(R"("F32")", "[0,6]"));
  expect_entry_refused({"need 4"}, entry(R"("F32")", "[]"));
  // Products that come back to 24, or to 0, when 64 bits overflow.
  expect_entry_refused({"2^64 or more"}, entry(R"("F32")", "[4611686018427387910]"));
  expect_entry_refused({"2^64 or more"}, entry(R"("U8")", "[4294967296,4294967296,24]"));
  expect_entry_refused({"2^64 or more"}, entry(R"("U8")", "[4294967296,4294967296,0]", "[0,0]"));
}

TEST(HostileSafetensors, RefusesOverlapsAndGaps) {
  const auto pair = [](const std::string& first, const std::string& second) {
    return fmt::format(R"({{"a":{},"b":{}}})", entry(R"("U8")", "[12]", first),
                       entry(R"("U8")", "[12]", second));
  };
  EXPECT_EQ(parse_safetensors(file_of(pair("[0,12]", "[12,24]"), 24), "x").tensors().size(), 2u);
  expect_header_refused({"tensor \"b\"", "begin at 11, within tensor \"a\" that ends at 12"},
                        pair("[0,12]", "[11,23]"));
  expect_header_refused({"within tensor"}, pair("[0,12]", "[0,12]"), 12);
  expect_header_refused({"tensor \"a\"", "begin at 1 ", "gap"}, pair("[1,13]", "[13,25]"), 25);
  expect_header_refused({"tensor \"b\"", "begin at 13 where 12", "gap"}, pair("[0,12]", "[13,25]"),
                        25);
  expect_header_refused({"use 24 bytes", "file has 25"}, pair("[0,12]", "[12,24]"), 25);
  expect_header_refused({"use 0 bytes", "file has 1"}, "{}", 1);
}

TEST(HostileSafetensors, ShortensAndEscapesAHostileName) {
  const std::string name = "\\u001b[2J\\n" + std::string(1000000, 'x');
  try {
    parse_safetensors(file_of(fmt::format(R"({{"{}":{{}}}})", name), 0), "the-file");
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    const std::string message = error.problem() + error.where();
    EXPECT_LT(message.size(), 200u);
    EXPECT_TRUE(std::ranges::all_of(message, [](char c) { return c >= ' ' && c <= '~'; }));
  }
}

}  // namespace
}  // namespace lithe::io
