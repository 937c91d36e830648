package profile

// SettingPath gives the path that a SCEP key has or would have.
func (s *SCEP) SettingPath(key string) []any {
	if s.Content != nil {
		return append(s.Content.Path(), key)
	}
	return append(s.Node.Path(), "PayloadContent", key)
}
