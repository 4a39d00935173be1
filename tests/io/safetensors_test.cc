#include "io/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/full_disk.h"
#include "io/safetensors_bytes.h"

namespace lithe::io {
namespace {

using namespace lithe::test;
namespace fs = std::filesystem;

// Tensors of every type and several shapes.
struct Sample {
  ByteVector data = pattern(4096);
  std::vector<TensorView> tensors;
  Metadata metadata = {{"lithe.network", "input(2) -> dense(3)"}, {"\"\n\\", "\u00e9\x01"}};

  Sample() {
    for (int i = 0; i <= static_cast<int>(Dtype::c64); ++i)
      add(fmt::format("layer/{}", i), static_cast<Dtype>(i), {3, static_cast<std::size_t>(i % 4)});
    add("number", Dtype::f64, {});
    add("\u03b2 \"quoted\"", Dtype::bf16, {1, 2, 1, 5});
  }
  void add(const std::string& name, Dtype dtype, const std::vector<std::size_t>& shape) {
    std::size_t size = size_of(dtype);
    for (const std::size_t length : shape) size *= length;
    tensors.push_back({name, dtype, shape, std::span(data).subspan(tensors.size() * 100, size)});
  }
};

void expect_same(const TensorView& got, const TensorView& expected) {
  EXPECT_EQ(got.name, expected.name);
  EXPECT_EQ(got.dtype, expected.dtype);
  EXPECT_EQ(got.shape, expected.shape);
  EXPECT_TRUE(std::ranges::equal(got.bytes, expected.bytes)) << expected.name;
}

TEST(Safetensors, GivesBackWhatWasWritten) {
  const TemporaryFolder folder;
  const Sample sample;
  write_safetensors(folder.path() / "m", sample.tensors, sample.metadata);
  SafetensorsFile first = read_safetensors(folder.path() / "m");
  const SafetensorsFile file = std::move(first);  // the views must follow the bytes
  EXPECT_EQ(file.metadata(), sample.metadata);
  ASSERT_EQ(file.tensors().size(), sample.tensors.size());
  for (const TensorView& tensor : sample.tensors) {
    ASSERT_NE(file.find(tensor.name), nullptr) << tensor.name;
    expect_same(*file.find(tensor.name), tensor);
  }
  EXPECT_EQ(file.find("layer"), nullptr);
}

TEST(Safetensors, GivesBackNothing) {
  const TemporaryFolder folder;
  write_safetensors(folder.path() / "m", {}, {});
  const SafetensorsFile file = read_safetensors(folder.path() / "m");
  EXPECT_TRUE(file.tensors().empty());
  EXPECT_TRUE(file.metadata().empty());
}

TEST(Safetensors, WritesTheSameBytesAgain) {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b"}) {
    const Sample sample;
    write_safetensors(folder.path() / name, sample.tensors, sample.metadata);
  }
  EXPECT_EQ(read_bytes(folder.path() / "a"), read_bytes(folder.path() / "b"));
}

TEST(Safetensors, WritesExactlyThis) {
  const TemporaryFolder folder;
  const ByteVector data = {1, 2, 3, 4, 5};
  const TensorView tensors[] = {{"w", Dtype::u8, {1, 3}, std::span(data).first(3)},
                                {"b", Dtype::u16, {}, std::span(data).last(2)}};
  write_safetensors(folder.path() / "m", tensors, {{"k", "v"}});
  std::string header =
      R"({"__metadata__":{"k":"v"},"w":{"dtype":"U8","shape":[1,3],"data_offsets":[0,3]},)"
      R"("b":{"dtype":"U16","shape":[],"data_offsets":[3,5]}})";
  header.resize(192 - 8, ' ');
  const ByteVector start = joined(little_endian(184), {header.begin(), header.end()});
  EXPECT_EQ(read_bytes(folder.path() / "m"), joined(start, data));
}

TEST(Safetensors, BeginsTheDataOnACacheLine) {
  const TemporaryFolder folder;
  const ByteVector data = pattern(3);
  for (std::size_t length = 1; length <= 64; ++length) {
    const TensorView tensor = {std::string(length, 'x'), Dtype::u8, {3}, data};
    write_safetensors(folder.path() / "m", std::span(&tensor, 1), {});
    EXPECT_EQ((read_bytes(folder.path() / "m").size() - data.size()) % 64, 0u) << length;
  }
}

// Written by the safetensors package of Python, version 0.8.0.
TEST(Safetensors, ReadsAFileOfPythons) {
  const SafetensorsFile file = read_safetensors(LITHE_SOURCE_DIR "/tests/io/data/python.st");
  EXPECT_EQ(file.metadata(), (Metadata{{"format", "np"}, {"note", "Schr\u00f6dinger \"quoted\""}}));
  ASSERT_EQ(file.tensors().size(), 6u);
  const float weight[] = {-2.5, -1.5, -0.5, 0.5, 1.5, 2.5};
  const double bias[] = {0.5, -1.25};
  const std::uint16_t half[] = {0x3C00, 0xC000};
  const std::uint8_t flags[] = {1, 0, 1};
  const std::int64_t scalar = 7;
  const auto bytes = [](const auto& value) {
    return std::span(reinterpret_cast<const std::uint8_t*>(&value), sizeof(value));
  };
  for (const TensorView& expected : {TensorView{"dense/weight", Dtype::f32, {2, 3}, bytes(weight)},
                                     TensorView{"dense/bias", Dtype::f64, {2}, bytes(bias)},
                                     TensorView{"scalar", Dtype::i64, {}, bytes(scalar)},
                                     TensorView{"empty", Dtype::u8, {0, 3}, {}},
                                     TensorView{"half", Dtype::f16, {2}, bytes(half)},
                                     TensorView{"flags", Dtype::boolean, {3}, bytes(flags)}}) {
    ASSERT_NE(file.find(expected.name), nullptr) << expected.name;
    expect_same(*file.find(expected.name), expected);
  }
}

TEST(Safetensors, AcceptsWhatTheFormatLeavesOpen) {
  const auto accepts = [](const std::string& header, std::size_t data_size) {
    return parse_safetensors(file_of(header, data_size), "x").tensors().size();
  };
  EXPECT_EQ(accepts("{}", 0), 0u);
  EXPECT_EQ(accepts("{ \n\t}   ", 0), 0u);
  EXPECT_EQ(accepts(R"({"__metadata__":{}})", 0), 0u);
  EXPECT_EQ(accepts(R"({"w":{"shape":[],"data_offsets":[0,1],"dtype":"U8","more":"x"}})", 1), 1u);
  // The order of the header is not that of the data; what is empty may lie anywhere between.
  EXPECT_EQ(accepts(fmt::format(R"({{"b":{},"a":{},"c":{}}})", entry(R"("U8")", "[3]", "[2,5]"),
                                entry(R"("U8")", "[2]", "[0,2]"), entry(R"("U8")", "[0]", "[2,2]")),
                    5),
            3u);
}

TEST(Safetensors, WritesNothingThatItWouldNotRead) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "m";
  const ByteVector data = pattern(12);
  const TensorView sound = {"w", Dtype::u8, {12}, data};
  const auto refuses = [&](const std::vector<std::string>& words,
                           const std::vector<TensorView>& tensors, const Metadata& metadata = {}) {
    expect_error(ErrorKind::model, words, [&] { write_safetensors(path, tensors, metadata); });
    EXPECT_FALSE(fs::exists(path));
  };
  refuses({"\"w\" is given twice"}, {sound, sound});
  refuses({"span 12 bytes", "need 48"}, {{"w", Dtype::f32, {12}, data}});
  refuses({path.string()}, {{"__metadata__", Dtype::u8, {12}, data}});
  refuses({"not UTF-8"}, {{"\xff", Dtype::u8, {12}, data}});
  refuses({"not UTF-8"}, {sound}, {{"k", "\xc3"}});
  refuses({"header", "16777216"}, {sound}, {{"k", std::string(kLargestHeader, 'x')}});
}

TEST(Safetensors, KeepsTheOldModelOnAFullDisk) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "model";
  const ByteVector old_data = pattern(1000), new_data(50000, 9);
  const TensorView old_tensor = {"old", Dtype::u8, {1000}, old_data};
  const TensorView new_tensor = {"new", Dtype::u8, {50000}, new_data};
  write_safetensors(path, std::span(&old_tensor, 1), {});
  for (const std::size_t room : {0, 100, 20000}) {
    expect_error(ErrorKind::io, {"cannot write", path.string()}, [&] {
      const FullDisk disk(room);
      write_safetensors(path, std::span(&new_tensor, 1), {});
    });
    const SafetensorsFile file = read_safetensors(path);
    ASSERT_EQ(file.tensors().size(), 1u);
    expect_same(file.tensors()[0], old_tensor);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
  }
}

}  // namespace
}  // namespace lithe::io
