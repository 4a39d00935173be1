#include "base/mapped_file.h"

#include <gtest/gtest.h>

#include <optional>

#include "data/sample.h"
#include "lithe/error.h"

namespace lithe::base {
namespace {

TEST(MappedFile, IsFoundByItsAddresses) {
  const test::TemporaryFolder folder;
  const auto a = folder.path() / "a", b = folder.path() / "b", c = folder.path() / "c";
  for (const auto& path : {a, b, c}) test::write_bytes(path, std::vector<std::uint8_t>(5000, 7));
  const MappedFile first(a);
  std::optional<MappedFile> second(std::in_place, b);
  const MappedFile third(c);
  EXPECT_EQ(MappedFile::containing(first.bytes().data()), a);
  EXPECT_EQ(MappedFile::containing(&third.bytes().back()), c);
  const std::uint8_t* const within = second->bytes().data() + 4999;
  EXPECT_EQ(MappedFile::containing(within), b);
  second.reset();  // of the middle of the list
  EXPECT_EQ(MappedFile::containing(within), nullptr);
  EXPECT_EQ(MappedFile::containing(&first.bytes()[4096]), a);
  EXPECT_EQ(MappedFile::containing(&third.bytes()[0]), c);
  EXPECT_EQ(MappedFile::containing(&folder), nullptr);
}

TEST(MappedFile, MayBeEmptyAndMustBeAFile) {
  const test::TemporaryFolder folder;
  test::write_bytes(folder.path() / "empty", {});
  EXPECT_TRUE(MappedFile(folder.path() / "empty").bytes().empty());
  EXPECT_THROW(MappedFile(folder.path()), Error);
  EXPECT_THROW(MappedFile(folder.path() / "none"), Error);
}

}  // namespace
}  // namespace lithe::base
