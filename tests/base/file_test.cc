#include "base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/full_disk.h"
#include "data/sample.h"

namespace lithe::base {
namespace {

using namespace lithe::test;
namespace fs = std::filesystem;

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

void write_in_pieces(const fs::path& path, const std::vector<ByteVector>& pieces) {
  const std::vector<std::span<const std::uint8_t>> spans(pieces.begin(), pieces.end());
  write_file_atomically(path, spans);
}

TEST(ReadFile, GivesBackWhatWasWritten) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  for (const std::size_t size : {0, 1, 4096, 1000003}) {
    write_bytes(path, pattern(size));
    EXPECT_EQ(read_file(path, size), pattern(size)) << size;
  }
}

TEST(ReadFile, RefusesWhatIsNotThereOrNotAFile) {
  const TemporaryFolder folder;
  expect_error(ErrorKind::io, {"cannot open", "absent", "No such file"},
               [&] { read_file(folder.path() / "absent", 100); });
  expect_error(ErrorKind::io, {folder.path().string(), "is not a file"},
               [&] { read_file(folder.path(), 1 << 20); });
  expect_error(ErrorKind::io, {"/dev/zero", "is not a file"}, [] { read_file("/dev/zero", 100); });
}

TEST(ReadFile, ChecksTheSizeBeforeItAsksForMemory) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  write_bytes(path, pattern(101));
  EXPECT_EQ(read_file(path, 101).size(), 101u);
  expect_error(ErrorKind::io, {"101 bytes", "100 allowed"}, [&] { read_file(path, 100); });
  fs::resize_file(path, std::uintmax_t{1} << 40);  // a hole, which takes no room on the disk
  expect_error(ErrorKind::io, {"1099511627776 bytes"}, [&] { read_file(path, 1 << 30); });
}

TEST(WriteFile, JoinsItsPieces) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  write_in_pieces(path, {pattern(10), {}, pattern(70000), {1}});
  EXPECT_EQ(read_bytes(path), joined(joined(pattern(10), pattern(70000)), {1}));
  write_in_pieces(path, {});
  EXPECT_EQ(read_bytes(path), ByteVector());
  write_file_atomically(path, "text");
  EXPECT_EQ(read_bytes(path), ByteVector({'t', 'e', 'x', 't'}));
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(WriteFile, GivesThePermissionsThatTheUserChose) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  for (const mode_t mask : {mode_t{022}, mode_t{077}}) {
    const mode_t old = ::umask(mask);
    write_file_atomically(path, "text");
    EXPECT_EQ(::umask(old), mask);  // left as it was
    EXPECT_EQ(static_cast<mode_t>(fs::status(path).permissions()), 0666u & ~mask);
  }
}

TEST(WriteFile, WritesIntoTheCurrentFolder) {
  const TemporaryFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  write_file_atomically("file", "text");
  fs::current_path(before);
  EXPECT_EQ(read_bytes(folder.path() / "file").size(), 4u);
}

TEST(WriteFile, KeepsTheOldFileOnAFullDisk) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "model";
  write_bytes(path, pattern(5000));
  for (const std::size_t room : {0, 1, 6000, 69999}) {
    expect_error(ErrorKind::io, {"cannot write", path.string(), "File too large"}, [&] {
      const FullDisk disk(room);
      write_in_pieces(path, {pattern(5000), pattern(65000)});
    });
    EXPECT_EQ(read_bytes(path), pattern(5000)) << room;
    EXPECT_EQ(files_in(folder.path()), 1u) << "a temporary file was left with room " << room;
  }
  const FullDisk disk(70000);
  write_in_pieces(path, {pattern(5000), pattern(65000)});
  EXPECT_EQ(read_bytes(path).size(), 70000u);
}

TEST(WriteFile, WritesIntoWhatIsNoFileAndLeavesItThere) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  write_file_atomically(path, "text");
  char read[8] = {};
  EXPECT_EQ(::read(reader, read, sizeof(read)), 4);
  EXPECT_STREQ(read, "text");
  ::close(reader);
  EXPECT_TRUE(fs::is_fifo(path));
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(WriteFile, LeavesNothingWhereItCannotWrite) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "file", taken = folder.path() / "taken";
  write_bytes(file, pattern(3));
  expect_error(ErrorKind::io, {"cannot write", "absent/x", "No such file"},
               [&] { write_file_atomically(folder.path() / "absent/x", "text"); });
  expect_error(ErrorKind::io, {"file/x", "Not a directory"},
               [&] { write_file_atomically(file / "x", "text"); });
  fs::create_directory(taken);
  write_bytes(taken / "inner", pattern(3));
  expect_error(ErrorKind::io, {"cannot write", "taken", "directory"},
               [&] { write_file_atomically(taken, "text"); });
  EXPECT_EQ(read_bytes(file), pattern(3));
  EXPECT_EQ(read_bytes(taken / "inner"), pattern(3));
  EXPECT_EQ(files_in(folder.path()), 2u);
}

TEST(WriteFile, FollowsALinkAndLeavesItThere) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "real");
  const fs::path link = folder.path() / "link", second = folder.path() / "second";
  fs::create_symlink("real/file", link);
  fs::create_symlink("link", second);
  for (const char* text : {"one", "other"}) {
    write_file_atomically(second, text);
    EXPECT_TRUE(fs::is_symlink(link) && fs::is_symlink(second));
    EXPECT_EQ(fs::file_size(folder.path() / "real/file"), std::string(text).size());
  }
  EXPECT_EQ(files_in(folder.path() / "real"), 1u);
}

TEST(NewFile, MayBeginAgain) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  NewFile file(path, NewFile::Later{});
  EXPECT_EQ(files_in(folder.path()), 0u);
  for (const std::size_t size : {3, 5}) {
    file.begin();
    file.append(pattern(size));
    file.commit();
    EXPECT_EQ(read_bytes(path), pattern(size));
  }
  file.begin();
  file.append(pattern(7));
  file.discard();
  EXPECT_EQ(read_bytes(path), pattern(5));
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(RemoveLeftovers, TakesThoseOfWritersThatAreGone) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  NewFile running(path);
  for (const char* name : {".file.abc123", ".file.state", ".files.abc123", "file"})
    write_bytes(folder.path() / name, pattern(3));
  remove_leftovers(path);
  EXPECT_FALSE(fs::exists(folder.path() / ".file.abc123"));
  for (const char* name : {".file.state", ".files.abc123", "file"})
    EXPECT_TRUE(fs::exists(folder.path() / name)) << name;
  EXPECT_EQ(files_in(folder.path()), 4u);  // and that of the running one
}

TEST(FileLock, IsHeldByOne) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  {
    FileLock first(path, "--output");
    expect_error(ErrorKind::usage, {"another program is writing", "--output"},
                 [&] { FileLock(path, "--output"); });
    FileLock moved = std::move(first);
    EXPECT_THROW(FileLock(path, "--output"), Error);
  }
  const FileLock again(path, "--output");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

}  // namespace
}  // namespace lithe::base
