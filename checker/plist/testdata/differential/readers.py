"""Reads property lists with plistlib and with libplist, for the differential test.

On standard input comes the form, a byte "x" or "b", and then documents: each a
length of four bytes, big-endian, and the bytes. To each there are two answers,
of plistlib and of libplist: "A" and what was read, or "R" and why it was refused,
with a length of four bytes before the text.
"""
import calendar
import ctypes
import plistlib
import struct
import sys

SHOWN = [chr(b) if 0x20 <= b < 0x7F and chr(b) not in '"\\' else "\\x%02x" % b for b in range(256)]


def quoted(text):
    return '"' + "".join([SHOWN[b] for b in text]) + '"'


def real(value):
    return "rnan" if value != value else "r%016x" % struct.unpack(">Q", struct.pack(">d", value))


def members(pairs):
    return "{" + ",".join(quoted(k) + ":" + v for k, v in sorted(pairs)) + "}"


def of_plistlib(value):
    if isinstance(value, dict):
        return members([(k.encode("utf-8", "surrogatepass"), of_plistlib(v)) for k, v in value.items()])
    if isinstance(value, list):
        return "[" + ",".join(map(of_plistlib, value)) + "]"
    if isinstance(value, str):
        return quoted(value.encode("utf-8", "surrogatepass"))
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int):
        return "i%d" % value
    if isinstance(value, float):
        return real(value)
    if isinstance(value, bytes):
        return "b" + value.hex()
    if isinstance(value, plistlib.UID):
        return "u%d" % value.data
    if value is None:
        return "n"
    return "d%d" % calendar.timegm(value.timetuple())


class Libplist:
    """libplist, which plistutil is a thin command around."""

    def __init__(self):
        names = ("libplist-2.0.so.4", "libplist-2.0.so.3", "libplist.so.3")
        for name in names:
            try:
                self.lib = ctypes.CDLL(name)
                break
            except OSError:
                continue
        else:
            sys.exit("there is none of " + ", ".join(names))
        lib, pointer = self.lib, ctypes.c_void_p
        lib.plist_from_xml.argtypes = lib.plist_from_bin.argtypes = [ctypes.c_char_p, ctypes.c_uint32, ctypes.POINTER(pointer)]
        lib.plist_array_get_item.restype = pointer
        lib.plist_array_get_item.argtypes = [pointer, ctypes.c_uint32]
        lib.plist_get_string_ptr.restype = lib.plist_get_data_ptr.restype = pointer
        lib.plist_get_string_ptr.argtypes = lib.plist_get_data_ptr.argtypes = [pointer, ctypes.POINTER(ctypes.c_uint64)]
        lib.plist_get_node_type.argtypes = lib.plist_array_get_size.argtypes = lib.plist_free.argtypes = [pointer]
        self.free = ctypes.CDLL(None).free
        self.free.argtypes = [pointer]
        lib.plist_dict_new_iter.argtypes = [pointer, ctypes.POINTER(pointer)]
        lib.plist_dict_next_item.argtypes = [pointer, pointer, ctypes.POINTER(pointer), ctypes.POINTER(pointer)]
        for name in ("bool", "uint", "real", "uid"):
            getattr(lib, "plist_get_%s_val" % name).argtypes = [pointer, pointer]
        lib.plist_get_date_val.argtypes = [pointer, pointer, pointer]

    def read(self, text, form):
        node = ctypes.c_void_p()
        (self.lib.plist_from_bin if form == b"b" else self.lib.plist_from_xml)(text, len(text), ctypes.byref(node))
        if not node:
            raise ValueError("libplist gives no reason")
        try:
            return self.show(node)
        finally:
            self.lib.plist_free(node)

    def show(self, node):
        lib = self.lib
        kind = lib.plist_get_node_type(node)
        if kind == 0:
            value = ctypes.c_uint8()
            lib.plist_get_bool_val(node, ctypes.byref(value))
            return "t" if value.value else "f"
        if kind in (1, 9):
            value = ctypes.c_uint64()
            (lib.plist_get_uint_val if kind == 1 else lib.plist_get_uid_val)(node, ctypes.byref(value))
            return ("i%d" if kind == 1 else "u%d") % value.value
        if kind == 2:
            value = ctypes.c_double()
            lib.plist_get_real_val(node, ctypes.byref(value))
            return real(value.value)
        if kind in (3, 7):
            size = ctypes.c_uint64()
            at = (lib.plist_get_string_ptr if kind == 3 else lib.plist_get_data_ptr)(node, ctypes.byref(size))
            text = ctypes.string_at(at, size.value) if at else b""
            return quoted(text) if kind == 3 else "b" + text.hex()
        if kind == 4:
            return "[" + ",".join(self.show(lib.plist_array_get_item(node, i)) for i in range(lib.plist_array_get_size(node))) + "]"
        if kind == 5:
            pairs, at = [], ctypes.c_void_p()
            lib.plist_dict_new_iter(node, ctypes.byref(at))
            while True:
                key, value = ctypes.c_void_p(), ctypes.c_void_p()
                lib.plist_dict_next_item(node, at, ctypes.byref(key), ctypes.byref(value))
                if not value:
                    break
                pairs.append((ctypes.string_at(key.value), self.show(value)))
                self.free(key)
            self.free(at)
            return members(pairs)
        if kind == 6:
            seconds, more = ctypes.c_int32(), ctypes.c_int32()
            lib.plist_get_date_val(node, ctypes.byref(seconds), ctypes.byref(more))
            return "d%d" % (seconds.value + 978307200)
        return "?%d" % kind


def main():
    sys.setrecursionlimit(10_000)
    libplist = Libplist()
    come, go = sys.stdin.buffer, sys.stdout.buffer
    form = come.read(1)
    format = plistlib.FMT_BINARY if form == b"b" else plistlib.FMT_XML
    readers = (lambda text: of_plistlib(plistlib.loads(text, fmt=format)), lambda text: libplist.read(text, form))
    while head := come.read(4):
        text = come.read(*struct.unpack(">I", head))
        for read in readers:
            try:
                status, said = b"A", read(text)
            except Exception as fault:
                status, said = b"R", "%s: %s" % (type(fault).__name__, fault)
            said = said.encode("utf-8", "backslashreplace")
            go.write(status + struct.pack(">I", len(said)) + said)
            go.flush()


main()
